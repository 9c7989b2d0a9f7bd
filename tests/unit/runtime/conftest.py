"""Hands with everything round them faked: an engine that does nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from carrel.core.admission import People
from carrel.core.effects import StartTurn
from carrel.core.events import EngineEvent, TurnEnded
from carrel.core.model import ResumeToken, SessionKey, Turn, TurnId, Usage, Verdict
from carrel.core.routing import Rules
from carrel.ports.engine import Capabilities, Context, Delivered, EngineSpec, Tell
from carrel.runtime.accounts import Accounts
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.hands import Hands
from carrel.runtime.outbox import Outbox
from carrel.runtime.seats import Seats
from carrel.runtime.tools import Tools
from carrel.runtime.typing import Typing
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import PlainWorkspaces, RecordingPlatform

KEY = SessionKey("fake:a")


@dataclass
class Live:
    """Writes down what it is asked; ends nothing by itself."""

    engine: Engine
    tell: Tell
    alive: bool = True

    async def _asked(self, what: str, *more: object) -> None:
        self.engine.asked.append((what, *more))
        gate = self.engine.gates.get(what)
        if gate is not None:
            await gate.wait()
        if error := self.engine.errors.pop(what, None):
            raise error

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        await self._asked("prompt", turn.id, *prompts, *cut)

    async def steer(self, turn: TurnId, delivered: Delivered) -> None:
        await self._asked("steer", turn, delivered)

    async def context(self) -> Context | None:
        return self.engine.context

    async def interrupt(self, turn: TurnId) -> None:
        await self._asked("interrupt", turn)

    async def answer(self, call: str, verdict: Verdict) -> None:
        await self._asked("answer", call, verdict)

    async def close(self) -> None:
        self.alive = False
        await self._asked("close")
        self.engine.open_now -= 1


@dataclass
class Engine:
    """Holds a call at its gate, fails it with its error."""

    name: str = "fake"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(True, True, True))
    asked: list[tuple[object, ...]] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    specs: list[EngineSpec] = field(default_factory=list)
    lives: list[Live] = field(default_factory=list)
    open_now: int = 0
    most: int = 0
    context: Context | None = None

    async def open(self, spec: EngineSpec, tell: Tell) -> Live:
        self.specs.append(spec)
        gate = self.gates.get("open")
        if gate is not None:
            await gate.wait()
        if error := self.errors.pop("open", None):
            raise error
        self.open_now += 1
        self.most = max(self.most, self.open_now)
        self.lives.append(Live(self, tell))
        return self.lives[-1]

    async def close(self) -> None:
        """Nothing is held."""

    def calls(self) -> list[object]:
        return [call[0] for call in self.asked]


class Desk:
    """Hands with everything round them, and what they tell."""

    def __init__(self, home: Path, seats: Seats, key: SessionKey) -> None:
        self.engine, self.clock = Engine(), ManualClock()
        self.platform, self.told = RecordingPlatform(), []
        self.workspaces, platforms = PlainWorkspaces(home), {"fake": self.platform}
        store = MemoryStore()
        tools = Tools(
            engine=self.engine,
            workspaces=self.workspaces,
            platforms=platforms,
            seats=seats,
            typing=Typing(platforms, self.clock),
            clock=self.clock,
            rules=Rules(mode="plan", model="opus"),
            instructions="Be kind.",
            accounts=Accounts(store, self.clock),
            guestbook=Guestbook(store, Outbox(store, platforms, self.clock), self.clock, People()),
        )
        self.hands = Hands(key, tools, self._hear)

    async def _hear(self, event: EngineEvent) -> None:
        self.told.append(event)

    async def start(self, turn: Turn, resume: ResumeToken | None = None) -> None:
        self.hands.do(StartTurn(turn, resume))
        await settle()

    async def end(self, turn: Turn) -> None:
        read = tuple(one.id for one in turn.prompts)
        event = TurnEnded(turn.id, "done", "well", read, Usage(), None, 1.0)
        await self.engine.lives[-1].tell(event)
        self.hands.rest()
        await settle()

    def ends(self) -> list[tuple[str, str]]:
        return [(e.turn, e.reason) for e in self.told if isinstance(e, TurnEnded)]


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Callable[..., Desk]]:
    """Makes desks that share seats; lets go of them afterwards."""
    made: list[Desk] = []

    def make(seats: Seats, key: SessionKey = KEY) -> Desk:
        made.append(Desk(tmp_path, seats, key))
        return made[-1]

    yield make
    for desk in made:
        for gate in desk.engine.gates.values():
            gate.set()
        await desk.hands.close()


@pytest.fixture
async def desk(desks: Callable[..., Desk]) -> Desk:
    """One desk with seats enough."""
    return desks(Seats(8, ManualClock()))
