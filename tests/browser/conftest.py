"""The console in a real browser, with a store in memory and a hand that plays the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest
from playwright.async_api import Browser, Page, async_playwright
from starlette.routing import Route as WebRoute

from carrel.core import commands
from carrel.core.editing import edition
from carrel.core.effects import Say, Settle
from carrel.core.errors import Refused
from carrel.core.messages import Body, Inbound, Mark, Outbound, Progress
from carrel.core.model import Route
from carrel.platforms.console import Caps, ConsolePlatform, place
from carrel.ports.clock import Clock
from carrel.ports.platform import Verdict
from carrel.runtime.clock import SystemClock
from carrel.runtime.job_desk import FireInfo, JobInfo
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.web.app import console_app
from carrel.web.control import control_app
from carrel.web.login import ConsoleLogin
from carrel.web.server import Doors, WebServer
from carrel.web.status import PlatformInfo, StatusInfo

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--force-prefers-reduced-motion",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NEXT = 1_814_436_000.0
CAPS = Caps(file=200_000, files=3)


@dataclass
class JobsAtHand:
    """The jobs that a test lays out; pausing and resuming are what they say."""

    infos: dict[str, JobInfo] = field(default_factory=dict)
    fires: tuple[FireInfo, ...] = ()

    async def listing(self) -> tuple[JobInfo, ...]:
        return tuple(self.infos.values())

    async def history(self, _name: str, limit: int) -> tuple[FireInfo, ...]:
        return self.fires[:limit]

    async def fire_now(self, name: str) -> None:
        raise Refused(f"The job {name} is being decided about; try it again.")

    async def pause(self, name: str) -> None:
        self.infos[name] = replace(self.infos[name], paused="A person paused it.", next_at=None)

    async def resume(self, name: str) -> None:
        self.infos[name] = replace(self.infos[name], paused="", next_at=NEXT)


@dataclass
class Desk:
    """One gateway of the test's own making."""

    home: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: SystemClock = field(default_factory=SystemClock)
    heard: asyncio.Queue[Inbound] = field(default_factory=asyncio.Queue)
    jobs: JobsAtHand = field(default_factory=JobsAtHand)
    beside: Callable[[Clock], list[WebRoute]] = field(default=lambda _clock: [])
    verdict: Verdict | Exception = field(default_factory=lambda: Verdict("accepted"))
    hub: ConsolePlatform = field(init=False)
    login: ConsoleLogin = field(init=False)
    web: WebServer = field(init=False)
    group: asyncio.TaskGroup = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    port: int = 0

    def build(self) -> None:
        self.hub = ConsolePlatform(self.home / "uploads", self.clock, caps=CAPS)
        self.login = ConsoleLogin(b"k" * 32, self.clock)
        banner = "Demo: the answers come from a script."
        pages = console_app(
            self.hub, self.store, self._status, self.login, banner, self.clock, self.jobs,
            more=self.beside(self.clock),
        )  # fmt: skip
        control = control_app(
            self.hub,
            self.store,
            self._status,
            self.login,
            lambda: self.web.address,
            lambda: None,
            [],
        )
        self.web = WebServer(pages, control, Doors(self.port, self.home / "c.sock"))
        self.web.bind()
        self.port = self.web.port

    def _status(self) -> StatusInfo:
        platforms = (PlatformInfo("console", "up"), PlatformInfo("discord", "up"))
        return StatusInfo("0.1.0", 1, self.clock.now(), 2, 1, 0, platforms, login="claude")

    async def accept(self, inbound: Inbound) -> Verdict:
        if isinstance(self.verdict, Exception):
            raise self.verdict
        if self.verdict.outcome == "accepted":
            key = inbound.conversation.address
            route = Route(key, "scripted", "private", "ask", "queue", "all")
            command = commands.find(inbound.text) is not None
            stored = await self.store.accept(inbound, route, inbound.at, command=command)
            if stored.duplicate:
                return Verdict("duplicate")
            await self.heard.put(inbound)
        return self.verdict

    async def amend(self, inbound: Inbound) -> Verdict:
        """As of a message that has its end."""
        if isinstance(self.verdict, Exception):
            raise self.verdict
        route = Route(inbound.conversation.address, "scripted", "private", "ask", "queue", "all")
        await self.store.accept(edition(inbound), route, inbound.at, command=True)
        return self.verdict

    async def show(self, name: str, nonce: str, body: Body) -> None:
        """Store it and show it, as the outbox would; progress is only shown."""
        if not isinstance(body, Progress | Mark):
            await self.store_only(name, nonce, body)
        outbound = Outbound(f"{name}/{nonce}", place(name), body)
        await self.hub.send(outbound, None, again=False)

    async def settle(self, inbound: Inbound, sign: str = "answered") -> None:
        """The message is over."""
        name = inbound.conversation.channel
        loaded = await self.store.claim(place(name).address, "here")
        fate = {"answered": "done", "stopped": "stopped", "failed": "failed"}[sign]
        await self.store.save(loaded.fence, (Settle(inbound.message_id, fate),), self.clock.now())
        await self.show(name, f"{inbound.message_id}.mark", Mark(inbound.message_id, sign))

    async def store_only(self, name: str, nonce: str, body: Body) -> None:
        """What was said while nobody could see it."""
        outbound = Outbound(f"{name}/{nonce}", place(name), body)
        loaded = await self.store.claim(place(name).address, "here")
        await self.store.save(loaded.fence, (Say(outbound),), self.clock.now())

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Up while the block lasts."""
        async with asyncio.TaskGroup() as self.group:
            await self.up()
            try:
                yield
            finally:
                await self.down()

    async def up(self) -> None:
        """Start; the next time on the same port, with nothing in memory."""
        self.build()
        self.tasks = [
            self.group.create_task(
                self.hub.run(
                    SimpleNamespace(accept=self.accept, amend=self.amend, expect=AsyncMock())
                )
            ),
            self.group.create_task(self.web.run()),
        ]
        await settle()

    async def down(self) -> None:
        """Stop, and wait until it has."""
        self.tasks[0].cancel()
        self.web.stop()
        await asyncio.wait(self.tasks)

    def link(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/login?code={self.login.mint()}"


@dataclass
class Visit:
    """A person at the browser."""

    desk: Desk
    browser: Browser
    errors: list[str]

    async def page(self, path: str = "/c/desk", **options) -> Page:
        """A logged-in page on `path`."""
        context = await self.browser.new_context(**{"viewport": SIZE, **options})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(self.desk.link())
        await page.wait_for_url("**/c/**")
        await page.goto(f"http://127.0.0.1:{self.desk.port}{path}")
        return page


SIZE = {"width": 1280, "height": 800}
Visiting = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest.fixture
def visiting(tmp_path: Path) -> Visiting:
    """Opens a served desk and a browser before it."""

    @asynccontextmanager
    async def visit(
        beside: Callable[[Clock], list[WebRoute]] = lambda _: [],
    ) -> AsyncIterator[Visit]:
        desk = Desk(tmp_path, beside=beside)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=FLAGS
            )
            async with desk.serving():
                yield Visit(desk, browser, [])
                await browser.close()

    return visit


async def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def picture() -> Callable:
    """Keeps a screenshot under a name."""
    return shot
