from __future__ import annotations

from dataclasses import replace

from carrel.core.model import SessionKey
from carrel.engines.claude import stubs
from carrel.ports.workspace import Workspace


def test_git_is_pointed_to_the_names_only_where_a_sandbox_lays_them(tmp_path) -> None:
    space = Workspace(SessionKey("a"), tmp_path, *[tmp_path] * 6, "strict")
    stubs.write(space)
    variables = stubs.environment(space)
    assert variables["GIT_CONFIG_VALUE_0"] == str(stubs.ignored(space))
    assert "/.bashrc" in stubs.ignored(space).read_text().splitlines()
    assert stubs.environment(replace(space, isolation="folder")) == {}


def test_the_file_is_written_once(tmp_path) -> None:
    space = Workspace(SessionKey("a"), tmp_path, *[tmp_path] * 6, "strict")
    stubs.write(space)
    before = stubs.ignored(space).stat().st_mtime_ns
    stubs.write(space)
    assert stubs.ignored(space).stat().st_mtime_ns == before
