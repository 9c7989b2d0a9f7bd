"""The plug-in as Claude Code itself reads it: valid, installable, and each command runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import claude_agent_sdk
import pytest

from carrel.testing.messages_api import FakeMessagesApi

pytestmark = pytest.mark.cli
ROOT = Path(__file__).parents[2]
CLI = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
COMMANDS = ("doctor", "jobs", "logs", "sessions", "start", "status", "stop")


def claude(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [str(CLI), *arguments], cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, check=False, env={"PATH": path, "HOME": str(home), **more},
    )  # fmt: skip


def test_it_is_valid_and_installs_from_the_repository(tmp_path) -> None:
    for what in (ROOT, ROOT / "plugin"):
        ended = claude(tmp_path, "plugin", "validate", str(what))
        assert "Validation passed" in ended.stdout, ended.stdout + ended.stderr
    assert claude(tmp_path, "plugin", "marketplace", "add", str(ROOT)).returncode == 0
    assert claude(tmp_path, "plugin", "install", "carrel@carrel").returncode == 0
    assert "enabled" in claude(tmp_path, "plugin", "list").stdout


def test_the_version_is_carrels_own() -> None:
    from carrel import __version__

    told = json.loads((ROOT / "plugin/.claude-plugin/plugin.json").read_text())
    assert told["version"] == __version__


def test_these_commands_are_there() -> None:
    found = sorted(file.stem for file in (ROOT / "plugin/commands").glob("*.md"))
    assert found == list(COMMANDS)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("status", "No gateway runs"), ("stop", "No gateway runs"), ("sessions", "No gateway runs"),
        ("jobs", "No gateway runs"), ("logs", "There is no log yet"), ("doctor", "settings"),
        ("start", "carrel service install"),
    ],
)  # fmt: skip
async def test_a_command_shows_the_model_what_carrel_says(tmp_path, name, said) -> None:
    """Without a permission that somebody would have to give."""
    import asyncio

    async with FakeMessagesApi() as api:
        more = {"ANTHROPIC_API_KEY": "sk-test-0123456789", "ANTHROPIC_BASE_URL": api.url}
        more["CARREL_HOME"] = str(tmp_path / "home")
        arguments = ("-p", f"/carrel:{name}", "--plugin-dir", str(ROOT / "plugin"))
        ended = await asyncio.to_thread(claude, tmp_path, *arguments, **more)
    assert f"/carrel:{name}" in ended.stdout
    assert said in ended.stdout, ended.stdout + ended.stderr
