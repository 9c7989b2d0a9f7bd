from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from carrel.core.messages import File
from carrel.core.model import SessionKey
from carrel.engines.claude import ClaudeEngine, Login
from carrel.ports.workspace import Workspace
from carrel.testing.engine_conformance import EngineBench
from carrel.testing.messages_api import FakeMessagesApi


class WallClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class OpenWorkspaces:
    """No walls: the CLI itself, so that a test can kill it."""

    def walled(self, _workspace, program, _read_only, _environment=(), **_):
        return program

    async def send_out(self, _workspace, path, caption):
        return File(Path(path).name, "text/plain", 1, str(path), caption)


@pytest.fixture
def clock():
    return WallClock()


@pytest.fixture
def open_workspaces():
    return OpenWorkspaces()


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
    return Workspace(SessionKey("console:1"), tmp_path, *folders, "folder")


@pytest.fixture
async def api():
    async with FakeMessagesApi(require_key="sk-real") as running:
        yield running


@pytest.fixture
async def bench(api, workspace, clock, open_workspaces):
    hasty = (("CLAUDE_CODE_MAX_RETRIES", "1"),)
    login = Login("api_key", "sk-real")
    engine = ClaudeEngine(open_workspaces, login, clock, api.url, extra=hasty)
    yield EngineBench(engine, workspace)
    await engine.close()
