"""The runtime with everything outside faked in memory: for tests of motion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from carrel.core.admission import People
from carrel.core.budgets import Budget
from carrel.core.firing import NextMatch
from carrel.core.jobs import JOB_ID, PLATFORM, REMINDER_ID, Job
from carrel.core.messages import Answer, File, Gone, Inbound, Notice, Outbound
from carrel.core.model import Attachment, Conversation, Sender, SessionKey
from carrel.core.names import folder_name
from carrel.core.routing import Binding, Rules
from carrel.engines.scripted import ScriptedEngine
from carrel.ports import platform as ports
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine
from carrel.ports.platform import Limits, Page, Platform, Receipt, Verdict
from carrel.ports.schedules import Found
from carrel.ports.store import Cursor, Store
from carrel.ports.workspace import Workspace
from carrel.runtime.accounts import Accounts
from carrel.runtime.catchup import CatchUp
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.intake import Intake
from carrel.runtime.job_book import JobBook
from carrel.runtime.job_desk import JobDesk
from carrel.runtime.job_places import JobPlaces
from carrel.runtime.notes import Notes
from carrel.runtime.outbox import Outbox
from carrel.runtime.planner import Planner
from carrel.runtime.registry import Lives, Registry
from carrel.runtime.schedules import Schedules
from carrel.runtime.seats import Seats
from carrel.runtime.tools import Tools
from carrel.runtime.typing import Typing
from carrel.stores.memory import MemoryStore
from carrel.tasks import Tasks
from carrel.testing.clock import ManualClock

ADA = Sender("fake", "ada", "Ada")
PEOPLE = People(
    owners=frozenset({"fake:ada"}),
    approvers=frozenset({f"{PLATFORM}:{JOB_ID}"}),
    members=frozenset({"fake:mia", f"{PLATFORM}:{REMINDER_ID}"}),
)
PATIENCE = 10.0


class RecordingPlatform:
    """Shows nothing, remembers everything. Each error in `failures` is raised by one send."""

    name = "fake"

    def __init__(self, text: int = 2000, **more: Any) -> None:
        self.limits = Limits(text, edit_every=0.0, file=1_000_000, idempotent=True, **more)
        self.listening = True
        self.troubles: tuple[str, ...] = ()
        self.typed: list[Conversation] = []
        self.pages: dict[str, list[Page | Exception]] = {}
        self.places: tuple[Conversation, ...] = ()
        self.sent: list[Outbound] = []
        self.read: list[tuple[str, str | None, float]] = []
        self.shown: dict[str, Outbound] = {}
        self.failures: list[Exception] = []
        self.again: list[bool] = []
        self._news = asyncio.Event()

    async def run(self, intake: ports.Intake) -> None:
        """Listen to nothing."""
        del intake
        await asyncio.Event().wait()

    async def typing(self, conversation: Conversation) -> None:
        """Remember it."""
        self.typed.append(conversation)

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """What the test says."""
        del cursors, since
        return self.places

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """The next of the pages that the test has laid out; then nothing."""
        self.read.append((conversation.address, after.message if after else None, since))
        pages = self.pages.get(conversation.address, [])
        page = pages.pop(0) if pages else Page((), None)
        if isinstance(page, Exception):
            raise page
        return page

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        """Show it under its nonce."""
        del ref
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(outbound)
        self.again.append(again)
        if isinstance(outbound.body, Gone):
            self.shown.pop(outbound.nonce, None)
        else:
            self.shown[outbound.nonce] = outbound
        self._news.set()
        return Receipt(outbound.nonce)

    async def fetch(self, attachment: Attachment, into: Path) -> None:
        """The reference itself is the content."""
        await asyncio.to_thread(into.write_text, attachment.ref, "utf-8")

    async def until(self, seen: Callable[[], bool]) -> None:
        """Return once `seen` holds; looked at after every send."""
        async with asyncio.timeout(PATIENCE):
            while not seen():
                self._news.clear()
                await self._news.wait()

    def answers(self, channel: str = "a") -> list[str]:
        """The texts of the answers shown in a place, in order."""
        return [
            o.body.text
            for o in self.shown.values()
            if isinstance(o.body, Answer) and o.conversation.channel == channel
        ]

    def notices(self) -> list[str]:
        """The texts of the notices shown, in order."""
        return [o.body.text for o in self.shown.values() if isinstance(o.body, Notice)]


class PlainWorkspaces:
    """Folders without walls, for engines that start no process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.discarded: list[SessionKey] = []
        self.bound: list[Binding | None] = []

    async def prepare(self, key: SessionKey, bound: Binding | None = None) -> Workspace:
        """The folders, made; it has no projects, and remembers what was asked of it."""
        self.bound.append(bound)
        root = self._home / folder_name(key)
        workspace = Workspace(
            key=key,
            root=root,
            work=root / "work",
            memory=root / "memory",
            inbox=root / "inbox",
            outbox=root / "outbox",
            engine=root / "engine",
            tmp=root / "tmp",
            isolation="folder",
        )
        _make(workspace)
        return workspace

    def walled(
        self,
        workspace: Workspace,
        program: Path,
        read_only: tuple[Path, ...],
        environment: tuple[str, ...] = (),
        *,
        terminal: bool = False,
    ) -> Path:
        """The program itself."""
        del workspace, read_only, environment, terminal
        return program

    async def bring_in(self, workspace: Workspace, name: str) -> Path:
        """A path in the inbox."""
        return workspace.inbox / name

    async def copy(self, source: Workspace, target: Workspace) -> None:
        """The files of the work, as far as they lie at its top."""
        for path in source.work.iterdir():
            (target.work / path.name).write_bytes(path.read_bytes())

    async def discard(self, key: SessionKey) -> None:
        """Rename the folder, so that the next one is new."""
        root = self._home / folder_name(key)
        if root.exists():
            self.discarded.append(key)
            root.rename(root.with_name(f"{root.name}-{len(self.discarded)}"))

    async def end_leftovers(self) -> int:
        """There are no walls."""
        return 0

    async def empty_trash(self, before: float) -> int:
        """Nothing is ever emptied."""
        del before
        return 0

    async def send_out(self, workspace: Workspace, path: str, caption: str) -> File:
        """The file where it lies."""
        return File(Path(path).name, "text/plain", 0, str(workspace.work / path), caption)


def _make(workspace: Workspace) -> None:
    for folder in (workspace.work, workspace.memory, workspace.inbox, workspace.outbox):
        folder.mkdir(parents=True, exist_ok=True)


@dataclass(slots=True)
class JobList:
    """Jobs without files; `match` reads cron lines, where a test has any."""

    jobs: list[Job] = field(default_factory=list)
    spoilt: dict[str, str] = field(default_factory=dict)
    match: NextMatch = field(default=lambda _line, _after: None)

    def changed(self) -> object:
        """The jobs themselves."""
        return tuple(self.jobs), tuple(self.spoilt)

    def read(self) -> Found:
        """What the list holds now."""
        return Found(tuple(self.jobs), dict(self.spoilt))


@dataclass(slots=True)
class House:
    """Store, engine, platform and runtime, started by `async with` and stopped after it."""

    home: Path
    store: Store = field(default_factory=MemoryStore)
    engine: Engine = field(default_factory=ScriptedEngine)
    platform: RecordingPlatform = field(default_factory=RecordingPlatform)
    clock: Clock = field(default_factory=ManualClock)
    rules: Rules = field(default_factory=lambda: Rules(waiting="queue"))
    jobs: JobList = field(default_factory=JobList)
    max_live: int = 8
    idle: float = 600.0
    grace: float = 0.0
    tasks: Tasks = field(default_factory=lambda: Tasks("house"))
    workspaces: PlainWorkspaces = field(init=False)
    typing: Typing = field(init=False)
    tools: Tools = field(init=False)
    registry: Registry = field(init=False)
    intake: Intake = field(init=False)
    outbox: Outbox = field(init=False)
    book: JobBook = field(init=False)
    schedules: Schedules = field(init=False)
    desk: JobDesk = field(init=False)
    planner: Planner = field(init=False)
    guestbook: Guestbook = field(init=False)
    number: int = 0
    budget: Budget | None = None

    async def __aenter__(self) -> Self:
        platforms: dict[str, Platform] = {self.platform.name: self.platform}
        self.book = JobBook(self.jobs, self.rules)
        self.outbox = Outbox(self.store, platforms, self.clock)
        places = JobPlaces(self.book, self.store, self.outbox, platforms, self.clock)
        platforms[places.name] = places
        self.desk = JobDesk(self.book, self.store, self.outbox, self.clock, self.jobs.match)
        self.planner = Planner(self.desk, "Europe/Berlin", str)
        self.workspaces = PlainWorkspaces(self.home)
        self.typing = Typing(platforms, self.clock)
        self.guestbook = Guestbook(self.store, self.outbox, self.clock, PEOPLE)
        self.tools = tools = Tools(
            engine=self.engine,
            workspaces=self.workspaces,
            platforms=platforms,
            seats=Seats(self.max_live, self.clock),
            typing=self.typing,
            clock=self.clock,
            rules=self.book.rules,
            instructions="",
            accounts=Accounts(self.store, self.clock, self.budget),
            planner=self.planner,
            guestbook=self.guestbook,
            notes=Notes(self.store, str),
        )
        self.registry = Registry(self.store, self.outbox, tools, Lives(self.idle, "test"))
        self.intake = Intake(
            self.store, self.registry, self.book.rules, self.guestbook, self.clock, 10_000,
            steers=True, aimed=places.aimed,
        )  # fmt: skip
        tools.hear = self.intake.accept
        self.schedules = Schedules(self.desk, self.planner, self.intake, self.registry)
        await self.store.open()
        await self.guestbook.open()
        await self.book.refresh()
        way_in = CatchUp(places, self.intake, self.store, self.clock, 3600.0, 300.0)
        self.tasks.start(places.run(way_in), places.name)
        await self.outbox.start()
        await self.registry.start(self.intake.obey)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.stop()

    async def stop(self) -> None:
        """Stop in good order, as the gateway does."""
        self.intake.close()
        hurry = asyncio.Event()
        hurry.set()
        await self.registry.stop(self.grace, hurry)
        await self.typing.close()
        await self.outbox.close()
        await self.tasks.close()

    async def say(
        self, text: str, channel: str = "a", sender: Sender = ADA, identity: str = ""
    ) -> Verdict:
        """One message in."""
        self.number += 1
        place = Conversation(self.platform.name, channel)
        name = identity or f"m{self.number}"
        at = self.clock.now()
        return await self.intake.accept(
            Inbound(self.platform.name, name, place, sender, text, addressed=True, at=at)
        )
