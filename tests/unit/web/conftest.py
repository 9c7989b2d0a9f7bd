"""A console without a browser: the pages over ASGI, a store in memory, a gateway that listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from carrel.core.admission import People
from carrel.core.editing import edition
from carrel.core.effects import Say
from carrel.core.errors import CarrelError, Refused
from carrel.core.messages import Body, Inbound, Outbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.core.schedules import Fire
from carrel.platforms.console import Caps, ConsolePlatform, place
from carrel.ports.platform import Verdict
from carrel.ports.store import DeadLetter
from carrel.runtime.accounts import Accounts
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.job_desk import FireInfo, JobInfo
from carrel.runtime.outbox import Outbox
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.web.app import console_app
from carrel.web.control import control_app
from carrel.web.dead_letters import letter_routes
from carrel.web.login import ConsoleLogin
from carrel.web.people import people_routes
from carrel.web.schedules import schedule_routes
from carrel.web.status import PlatformInfo, StatusInfo
from carrel.web.usage import usage_route

FIRE = Fire("report", 0.0, "done")
ADDRESS = "http://127.0.0.1:4711"


@dataclass
class Jobs:
    """One job, and what was asked of it."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def listing(self) -> tuple[JobInfo, ...]:
        info = JobInfo("report", "every 1 h", "own", "always", "", True, "", 0, 3600.0, FIRE)
        return (info,)

    async def history(self, name: str, limit: int) -> tuple[FireInfo, ...]:
        if name != "report":
            raise Refused("There is no such job.")
        return (FireInfo(FIRE, "all is well", "8 s"),)[:limit]

    async def fire_now(self, name: str) -> None:
        self.asked.append(("run", name))

    async def pause(self, name: str) -> None:
        self.asked.append(("pause", name))

    async def resume(self, name: str) -> None:
        self.asked.append(("resume", name))


@dataclass
class Letters:
    """One message that failed, and what was asked about it."""

    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def listing(self) -> tuple[DeadLetter, ...]:
        ann = Sender("discord", "7", "Ann")
        lost = Inbound("discord:me", "1", Conversation("discord", "9"), ann, "hello")
        return (DeadLetter(SessionKey("discord:9"), lost, 60.0, "It was lost."),)

    async def settle(self, message: str, *, again: bool) -> None:
        if message != "discord:me/1":
            raise Refused("No such message has failed.")
        self.asked.append((message, again))


@dataclass
class House:
    """Everything a console needs."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    answer: Verdict | CarrelError | OSError | None = None
    heard: list[Inbound] = field(default_factory=list)
    expected: list[tuple[Conversation, Sender]] = field(default_factory=list)
    stops: list[bool] = field(default_factory=list)
    jobs: Jobs = field(default_factory=Jobs)
    letters: Letters = field(default_factory=Letters)
    edits: list[Inbound] = field(default_factory=list)

    def __post_init__(self) -> None:
        caps = Caps(file=1000, files=2)
        self.hub = ConsolePlatform(self.folder / "uploads", self.clock, caps=caps)
        self.login = ConsoleLogin(b"k" * 32, self.clock)
        self.pages = console_app(
            self.hub, self.store, self.status, self.login, "A banner.", self.clock, self.jobs
        )
        outbox = Outbox(self.store, {}, self.clock)
        self.guestbook = Guestbook(self.store, outbox, self.clock, People())
        self.control = control_app(
            self.hub,
            self.store,
            self.status,
            self.login,
            lambda: ADDRESS,
            self.stop,
            [
                *schedule_routes(self.jobs),
                *letter_routes(self.letters),
                *people_routes(self.guestbook),
                usage_route(Accounts(self.store, self.clock)),
            ],
        )

    def status(self) -> StatusInfo:
        platforms = (PlatformInfo("console", "up"),)
        return StatusInfo("1.2.3", 7, self.clock.now(), 3, 2, 1, platforms)

    def stop(self) -> None:
        self.stops.append(True)

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        self.expected.append((conversation, sender))

    async def accept(self, inbound: Inbound) -> Verdict:
        self.heard.append(inbound)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        route = Route(inbound.conversation.address, "scripted", "private", "ask", "queue", "all")
        stored = await self.store.accept(inbound, route, inbound.at, command=False)
        return Verdict("duplicate" if stored.duplicate else "accepted")

    async def amend(self, inbound: Inbound) -> Verdict:
        """As of a message that has its end."""
        self.edits.append(inbound)
        if self.answer is not None:
            return self.answer
        route = Route(inbound.conversation.address, "scripted", "private", "ask", "queue", "all")
        await self.store.accept(edition(inbound), route, inbound.at, command=True)
        return Verdict("accepted")

    async def show(self, nonce: str, body: Body, name: str = "desk") -> None:
        """Into the store and out to the pages."""
        outbound = Outbound(nonce, place(name), body)
        loaded = await self.store.claim(outbound.conversation.address, "here")
        await self.store.save(loaded.fence, (Say(outbound),), self.clock.now())
        await self.hub.send(outbound, None, again=False)


@dataclass
class Person:
    """Somebody with a browser's manners."""

    client: httpx2.AsyncClient
    house: House

    async def log_in(self) -> None:
        await self.client.get(f"/login?code={self.house.login.mint()}")

    async def edit(self, text: str, message: str = "m1", name: str = "desk") -> httpx2.Response:
        options = {"data": {"text": text}, "headers": {"Origin": ADDRESS, "HX-Request": "true"}}
        return await self.client.post(f"/c/{name}/messages/{message}", **options)

    async def say(self, text: str = "hello", message: str = "m1", **options) -> httpx2.Response:
        options = {"headers": {"Origin": ADDRESS}} | options
        data = {"id": message, "text": text}
        return await self.client.post("/c/desk/messages", data=data, **options)


Opening = Callable[..., AbstractAsyncContextManager[Person]]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def opening(house: House) -> Opening:
    """Opens the house with a person before it, who is logged in unless told otherwise."""

    @asynccontextmanager
    async def opened(app=None, *, known: bool = True) -> AsyncIterator[Person]:
        transport = httpx2.ASGITransport(app or house.pages, raise_app_exceptions=False)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(house.hub.run(house))
            await settle()
            async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
                person = Person(client, house)
                if known:
                    await person.log_in()
                yield person
            listening.cancel()

    return opened
