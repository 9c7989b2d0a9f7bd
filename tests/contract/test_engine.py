from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from carrel.core.messages import File
from carrel.core.model import SessionKey
from carrel.engines.claude import ClaudeEngine, Login
from carrel.engines.scripted import AskFor, Fail, Hang, Say, ScriptedEngine, Tool, Wait, echoing
from carrel.ports.workspace import Workspace
from carrel.testing.engine_conformance import EngineBench, EngineConformance
from carrel.testing.messages_api import FakeMessagesApi


class WallClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OpenWorkspaces:
    """No walls: the CLI itself."""

    async def prepare(self, key):
        raise NotImplementedError

    def walled(self, _workspace, program, _read_only, _environment=(), **_):
        return program

    async def bring_in(self, workspace, name):
        raise NotImplementedError

    async def send_out(self, _workspace, path, caption):
        return File(Path(path).name, "text/plain", 1, str(path), caption)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    return Workspace(SessionKey("console:1"), tmp_path, *folders, "folder")


class TestScripted(EngineConformance):
    @pytest.fixture
    def bench(self, workspace) -> EngineBench:
        async_gate = asyncio.Event()
        async_gate.set()
        scripts = {
            "hang": (Hang(),),
            "fail": (Fail("It did not work."),),
            "ask": (AskFor("May I?"), Say("allowed")),
            "list": echoing("list"),
            "nothing": echoing("nothing"),
            "tool": (Wait(async_gate), Tool("Bash", "ls"), Say("did it")),
        }
        return EngineBench(
            ScriptedEngine(lambda t: scripts.get(t, (Say(f"echo: {t}"),))), workspace
        )


@pytest.mark.cli
class TestClaude(EngineConformance):
    @pytest.fixture
    async def bench(self, workspace):
        async with FakeMessagesApi(require_key="sk-real") as api:
            engine = ClaudeEngine(
                OpenWorkspaces(), Login("api_key", "sk-real"), WallClock(), api.url
            )
            yield EngineBench(
                engine,
                workspace,
                hang="HANG",
                slow_tool="TOOL Bash: sleep 0.4; echo slept",
                risky="TOOL Write note.txt words",
                fail="ERR 400",
                list='TOOL mcp__carrel__schedule {"action": "list"}',
                nothing="TOOL mcp__carrel__nothing_to_report {}",
            )
            await engine.close()
