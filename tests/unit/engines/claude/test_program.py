"""What the agent program says of itself, and which one was tested."""

from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path

import pytest

from carrel.engines.claude import program as module
from carrel.engines.claude.program import SDK, TESTED, bundled, version


def says(folder: Path, text: str) -> Path:
    made = folder / "claude"
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('echo "2.1.330 (Claude Code)"', (2, 1, 330)),
        ('[ "$*" = --version ] && echo v2.10.1-beta.3', (2, 10, 1)),
        ("echo no number", ()),
        ("exit 1", ()),
    ],
)
async def test_the_first_number_is_the_version(tmp_path, text, found) -> None:
    assert await version(says(tmp_path, text)) == found


async def test_a_program_that_is_none_or_hangs_tells_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    assert await version(tmp_path / "nothing") == ()
    assert await version(says(tmp_path, "exec sleep 60")) == ()


@pytest.mark.cli
async def test_what_is_installed_here_is_the_newest_that_was_tested() -> None:
    """Whoever installs another SDK runs all suites, and then says so in `program`."""
    assert (installed("claude-agent-sdk"), await version(bundled())) == (SDK, TESTED[1])
