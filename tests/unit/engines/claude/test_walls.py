from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.model import SessionKey
from carrel.engines.claude.walls import objection
from carrel.ports.workspace import Workspace


@pytest.fixture
def space(tmp_path):
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    return Workspace(SessionKey("k"), tmp_path, *folders, "folder")


@pytest.mark.parametrize(
    ("tool", "path", "allowed"),
    [
        ("Read", "a.txt", True),
        ("Read", "../memory/MEMORY.md", True),
        ("Read", "../inbox/x", True),
        ("Read", "../outbox/x", False),
        ("Read", "../engine/.credentials.json", False),
        ("Read", "../engine/projects/x/tool-results/1.txt", True),
        ("Read", "/usr/share/dict/words", True),
        ("Read", "/etc/passwd", False),
        ("Read", "/proc/self/environ", False),
        ("Read", "link/secret", False),
        ("Write", "a/b.txt", True),
        ("Write", "../memory/MEMORY.md", True),
        ("Write", "../inbox/x", False),
        ("Write", ".claude/settings.json", False),
        ("Write", "deep/.claude/settings.json", False),
        ("Edit", "/usr/bin/env", False),
        ("Write", "link/new", False),
        ("Read", "nul\0byte", False),
    ],
)
def test_where_the_file_tools_may_go(space, tool, path, allowed):
    (space.work / "link").symlink_to(space.root)
    assert (objection(space, tool, {"file_path": path}) is None) is allowed


def test_a_login_is_hidden_wherever_it_lies(space):
    login = space.work / "login"
    read = {"file_path": "login/.credentials.json"}
    assert objection(space, "Read", read) is None
    assert "login" in objection(space, "Read", read, (login,))


def test_a_tool_without_a_path_is_free(space):
    assert objection(space, "Grep", {"pattern": "x"}) is None


def test_what_is_guarded_is_read_and_not_written(space):
    bound = replace(space, guarded=(space.work / ".git",), shown=(space.root / "lent",))
    assert objection(bound, "Read", {"file_path": ".git/config"}) is None
    assert "may not be written" in objection(bound, "Write", {"file_path": ".git/config"})
    assert objection(bound, "Read", {"file_path": "../lent/pack"}) is None
    assert objection(bound, "Write", {"file_path": "../lent/pack"}) is not None


def test_what_people_s_programs_run_is_not_written_whatever_it_is_called(space):
    bound = replace(space, guarded=(space.work / "hooks",))
    assert objection(bound, "Read", {"file_path": "hooks/pre-commit"}) is None
    assert "run by people" in objection(bound, "Write", {"file_path": "hooks/pre-commit"})
    assert objection(bound, "Write", {"file_path": "hooks-of-mine"}) is None


@pytest.mark.parametrize("tool", ["Read", "Write"])
def test_tmp_is_the_session_s_own_behind_walls_and_everybody_s_without(space, tool):
    touched = {"file_path": "/tmp/of-the-agent/x"}  # noqa: S108 - nothing is made there
    assert objection(replace(space, isolation="strict"), tool, touched) is None
    assert objection(space, tool, touched) is not None
    other = {"file_path": "/tmpx"}  # noqa: S108 - nothing is made there
    assert objection(replace(space, isolation="strict"), tool, other) is not None
