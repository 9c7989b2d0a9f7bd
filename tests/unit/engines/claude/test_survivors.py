from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from carrel.core.errors import Unavailable
from carrel.core.model import SessionKey
from carrel.engines.claude import survivors
from carrel.ports.workspace import Workspace


@pytest.fixture
def space(tmp_path):
    (tmp_path / "sessions").mkdir()
    return Workspace(SessionKey("k"), *([tmp_path] * 7), "folder")


def note(space, pid):
    (space.engine / "sessions" / f"{pid}.json").write_text(json.dumps({"pid": pid}))


async def test_nothing_or_strangers_or_garbage_do_not_hold_it_up(space):
    note(space, os.getpid())
    note(space, 2**22 + 1)
    (space.engine / "sessions" / "x.json").write_text("{]")
    await survivors.wait_until_gone(space)


async def test_a_living_one_is_waited_for(space, monkeypatch):
    monkeypatch.setattr(survivors, "PATIENCE_S", 0.2)
    environment = {"CLAUDE_CONFIG_DIR": str(space.engine)}
    command = [sys.executable, "-c", "print(1, flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # noqa: ASYNC220 - short
        process.stdout.readline()
        note(space, process.pid)
        assert survivors.living(space.engine) == [process.pid]
        with pytest.raises(Unavailable, match="still running"):
            await survivors.wait_until_gone(space)
        process.stdin.close()
        process.wait(5)
        await survivors.wait_until_gone(space)
