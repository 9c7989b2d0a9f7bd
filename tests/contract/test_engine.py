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
from carrel.testing.two_hosts import two_hosts


class WallClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OpenWorkspaces:
    """No walls: the CLI itself."""

    def __init__(self, space: Workspace | None = None) -> None:
        self.space = space

    async def prepare(self, *_):
        return self.space

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


@pytest.fixture
async def gate() -> asyncio.Event:
    """Opens when a message had time to come on the way to another host."""
    opens = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, opens.set)
    return opens


@pytest.fixture
def scripted(gate) -> ScriptedEngine:
    scripts = {
        "hang": (Hang(),),
        "fail": (Fail("It did not work."),),
        "ask": (AskFor("May I?"), Say("allowed")),
        "list": echoing("list"),
        "nothing": echoing("nothing"),
        "tool": (Wait(gate), Tool("Bash", "ls"), Say("did it")),
    }
    return ScriptedEngine(lambda t: scripts.get(t, (Say(f"echo: {t}"),)))


class TestScripted(EngineConformance):
    @pytest.fixture
    def bench(self, workspace, scripted) -> EngineBench:
        return EngineBench(scripted, workspace)


class TestOnAnotherHost(EngineConformance):
    """The same, with a line between."""

    @pytest.fixture
    async def bench(self, workspace, scripted):
        async with two_hosts(scripted, OpenWorkspaces(workspace)) as hosts:
            yield EngineBench(hosts.engine, workspace)


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
