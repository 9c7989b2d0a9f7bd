"""A gateway's inside in this process, with marks where time is taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from carrel.core.events import EngineEvent, TurnEnded, Wrote
from carrel.core.messages import Inbound
from carrel.core.model import MessageId, ResumeToken, Route, SessionKey, Turn, TurnId, Verdict
from carrel.engines.script import Script
from carrel.engines.scripted import ScriptedEngine
from carrel.platforms.console import ConsolePlatform
from carrel.ports.clock import Clock
from carrel.ports.engine import Context, Delivered, EngineSpec, LiveEngine, Program, Tell, Until
from carrel.ports.store import Accepted, Store
from carrel.ports.workspace import Workspace
from carrel.runtime.accounts import Accounts
from carrel.runtime.catchup import CatchUp
from carrel.runtime.clock import SystemClock
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.intake import Intake
from carrel.runtime.outbox import Outbox
from carrel.runtime.registry import Lives, Registry
from carrel.runtime.seats import Seats
from carrel.runtime.tools import Tools
from carrel.runtime.typing import Typing
from carrel.settings.tables import Settings
from carrel.stores.sqlite import SqliteStore
from carrel.workspaces.folders import FolderWorkspaces

MAX_TEXT = 200_000
MAX_FILE = 1_000_000
SEATS = 16
IDLE_S = 600.0
SETTLED_S = 0.2


@dataclass(slots=True)
class Marks:
    """Monotonic seconds: of messages by their id, of the newest turn by its session's key."""

    stored: dict[str, float] = field(default_factory=dict)
    prompted: dict[str, float] = field(default_factory=dict)
    wrote: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inside:
    """Where messages go in, and the marks of what became of them."""

    console: ConsolePlatform
    marks: Marks


class MarkingStore(SqliteStore):
    """The real store; it notes when a message is on the disk."""

    def __init__(self, folder: Path, clock: Clock, marks: Marks) -> None:
        super().__init__(folder / "carrel.db", folder / "backups", clock)
        self._marks = marks

    async def accept(
        self, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool = False
    ) -> Accepted:
        """Store, and note when that was done."""
        accepted = await super().accept(inbound, route, at, command=command, held=held)
        self._marks.stored[inbound.id] = monotonic()
        return accepted


class MarkingLive:
    """A live engine; it notes when a prompt comes."""

    def __init__(self, live: LiveEngine, key: str, marks: Marks) -> None:
        self._live, self._key, self._marks = live, key, marks

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        """Note, and begin."""
        self._marks.prompted[self._key] = monotonic()
        self._marks.wrote.pop(self._key, None)
        await self._live.prompt(turn, prompts, cut)

    async def steer(self, turn: TurnId, prompt: Delivered) -> None:
        """As it is."""
        await self._live.steer(turn, prompt)

    async def take_back(self, turn: TurnId, prompt: MessageId) -> bool:
        """As it is."""
        return await self._live.take_back(turn, prompt)

    async def interrupt(self, turn: TurnId) -> None:
        """As it is."""
        await self._live.interrupt(turn)

    async def answer(self, call: str, verdict: Verdict) -> None:
        """As it is."""
        await self._live.answer(call, verdict)

    async def reply(self, call: str, text: str, *, ok: bool) -> None:
        """As it is."""
        await self._live.reply(call, text, ok=ok)

    async def context(self) -> Context | None:
        """As it is."""
        return await self._live.context()

    @property
    def alive(self) -> bool:
        """As it is."""
        return self._live.alive

    async def close(self) -> None:
        """As it is."""
        await self._live.close()


class MarkingEngine:
    """The scripted engine; it notes when it is asked, and when it says what matters."""

    name = ScriptedEngine.name
    capabilities = ScriptedEngine.capabilities

    def __init__(self, script: Script, clock: Clock, marks: Marks) -> None:
        self._engine, self._marks = ScriptedEngine(script, clock=clock), marks

    async def open(self, spec: EngineSpec, tell: Tell) -> MarkingLive:
        """Open, with the marks between it and the session."""
        key, marks = spec.workspace.key, self._marks

        async def marked(event: EngineEvent) -> None:
            if isinstance(event, Wrote):
                marks.wrote.setdefault(key, monotonic())
            elif isinstance(event, TurnEnded):
                marks.ended[key] = monotonic()
            await tell(event)

        return MarkingLive(await self._engine.open(spec, marked), key, marks)

    async def terminal(self, spec: EngineSpec) -> Program:
        """As it is."""
        return await self._engine.terminal(spec)

    async def readmit(self, key: SessionKey, token: str) -> str:
        """As it is."""
        return await self._engine.readmit(key, token)

    async def left(self, workspace: Workspace, since: float) -> ResumeToken | None:
        """As it is."""
        return await self._engine.left(workspace, since)

    async def copy(
        self, resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None = None
    ) -> ResumeToken | None:
        """As it is."""
        return await self._engine.copy(resume, source, target, until)

    async def close(self) -> None:
        """As it is."""
        await self._engine.close()


@asynccontextmanager
async def house(folder: Path, script: Script) -> AsyncIterator[Inside]:
    """Everything between the console and the engine, wired as the gateway wires it."""
    clock, marks, settings = SystemClock(), Marks(), Settings()
    store = MarkingStore(folder, clock, marks)
    console = ConsolePlatform(folder / "uploads", clock)
    engine = MarkingEngine(script, clock, marks)
    await store.open()
    outbox = Outbox(store, {console.name: console}, clock)
    guestbook = Guestbook(store, outbox, clock, settings.listed())
    tools = _tools(folder, console, engine, settings, store, guestbook)
    registry = Registry(store, outbox, tools, Lives(IDLE_S, host="local"))
    intake = Intake(store, registry, settings.rules(), guestbook, clock, MAX_TEXT, steers=True)
    await outbox.start()
    await registry.start(intake.obey)
    way_in = CatchUp(console, intake, store, clock, settings.catch_up.max_age, IDLE_S)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(way_in.run())
        await asyncio.sleep(SETTLED_S)  # it sweeps its folder before it takes anything
        yield Inside(console, marks)
        listening.cancel()
    await registry.stop(1.0, asyncio.Event())
    await outbox.close()
    await store.close()


def _tools(
    folder: Path,
    console: ConsolePlatform,
    engine: MarkingEngine,
    settings: Settings,
    store: Store,
    guestbook: Guestbook,
) -> Tools:
    clock = SystemClock()
    return Tools(
        engine=engine,
        workspaces=FolderWorkspaces(folder / "sessions", "strict", (folder,), MAX_FILE),
        platforms={console.name: console},
        seats=Seats(SEATS, clock),
        typing=Typing({console.name: console}, clock),
        clock=clock,
        rules=settings.rules(),
        instructions="",
        accounts=Accounts(store, clock),
        guestbook=guestbook,
    )
