"""A leader with no place of its own and a host that has room, on a loopback line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
import structlog

from carrel.core.model import Conversation, MessageId, Prompt, SessionKey, Turn, TurnId
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.engine import Delivered, EngineSpec
from carrel.ports.workspace import Workspace
from carrel.testing.engine_conformance import Told
from carrel.testing.two_hosts import TwoHosts

PLACE = Conversation("console", "1", direct=True)


@pytest.fixture(autouse=True)
def quiet():
    """What is logged here is told by the tests that ask for it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@dataclass
class Folders:
    """Workspaces that a test gives; `elsewhere`: they lie at another place on the host."""

    root: object
    elsewhere: object = None

    async def prepare(self, key, _bound=None) -> Workspace:
        return space(self.elsewhere or self.root, key)


def space(root, key="console:1") -> Workspace:
    names = ("work", "memory", "inbox", "outbox", "engine", "tmp")
    return Workspace(SessionKey(key), root, *(root / name for name in names), "folder")


@dataclass
class Session:
    """A session at the leader: a live engine and what it told."""

    live: object
    told: Told

    async def begin(self, text: str = "hello", number: int = 1) -> Turn:
        prompt = Prompt(MessageId(f"console/{number}"), PLACE, "ada", text)
        turn = Turn(TurnId(f"console:1#{number}"), (prompt,))
        await self.live.prompt(turn, (Delivered(prompt),))
        return turn


@dataclass
class World:
    """What the tests use of two hosts."""

    hosts: TwoHosts
    root: object

    async def open(self, key: str = "console:1") -> Session:
        told = Told()
        spec = EngineSpec(space(self.root, key), None, "auto", None, "")
        return Session(await self.hosts.engine.open(spec, told), told)


async def until(true) -> None:
    """Look until it is so; sockets have no event for us."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def folders(tmp_path) -> Folders:
    return Folders(tmp_path)
