"""The only place that builds things: wires the ports, starts and stops them in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from carrel import __version__, telemetry
from carrel import voice as voices
from carrel.core.errors import ConfigError
from carrel.core.jobs import PLATFORM
from carrel.core.messages import Inbound
from carrel.core.routing import Rules
from carrel.platforms.console import Caps, ConsolePlatform
from carrel.ports.engine import Engine, EngineParts
from carrel.ports.platform import Platform, PlatformParts
from carrel.ports.store import Store, StoreParts
from carrel.ports.voice import Transcriber
from carrel.runtime import upkeep
from carrel.runtime.catchup import CatchUp
from carrel.runtime.clock import SystemClock
from carrel.runtime.hands import OPENINGS, Tools
from carrel.runtime.intake import Intake
from carrel.runtime.job_book import JobBook
from carrel.runtime.job_places import JobPlaces
from carrel.runtime.lock import HomeLock
from carrel.runtime.outbox import Outbox
from carrel.runtime.registry import Lives, Registry
from carrel.runtime.schedules import Schedules
from carrel.runtime.seats import Seats
from carrel.runtime.supervisor import Supervisor
from carrel.runtime.typing import Typing
from carrel.settings import cron, places, plugins
from carrel.settings.jobs import JobFolder
from carrel.settings.tables import Settings
from carrel.web.app import console_app
from carrel.web.control import control_app
from carrel.web.login import ConsoleLogin, console_key
from carrel.web.server import WebServer
from carrel.web.status import PlatformInfo, StatusInfo
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.worktrees import GitWorktrees

FLUSH_SECONDS = 5.0
NO_WALLS = (
    'isolation = "folder": there are no walls; sessions can read each other and this account.'
)
DEMO_BANNER = "This is the demo: a stand-in plays the model, nothing leaves this machine."
TAKEN_OVER = (
    "Another gateway has taken the database over, so this one stopped; "
    "stop the other one before you start this one again."
)
SECRET_NAMES = ("TOKEN", "KEY", "SECRET", "PASSWORD")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run. `environ` is the environment before it was scrubbed."""

    home: Path
    settings: Settings
    environ: Mapping[str, str]
    login_home: Path
    api_url: str | None = None
    demo: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What the operator is told once everything runs."""

    link: str
    demo: bool
    incidents: tuple[str, ...]


class Gateway:
    """The whole daemon, from its lock to its last row."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._clock = SystemClock()
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        self._began = self._clock.now()
        self._incidents: list[str] = []
        self._lost = False
        self._hide: Callable[[str], None] = lambda _: None

    async def run(
        self, announce: Callable[[Ready], None], opening: tuple[Inbound, ...] = ()
    ) -> None:
        """Serve until SIGTERM or SIGINT; `opening` is said once everything runs.

        Raises ConfigError when the operator must act first; then nothing was started.
        """
        plan = self._plan
        plan.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        plan.home.chmod(0o700)
        secrets = _secrets(plan.environ)
        self._hide = telemetry.configure(plan.home / "logs", secrets, verbose=plan.verbose).hide
        lock = HomeLock(plan.home)
        lock.take()
        try:
            async with AsyncExitStack() as stack:
                await self._serve(stack, announce, opening)
        finally:
            lock.free()
        if self._lost:
            raise ConfigError(TAKEN_OVER)

    async def _serve(
        self,
        stack: AsyncExitStack,
        announce: Callable[[Ready], None],
        opening: tuple[Inbound, ...],
    ) -> None:
        """Built from the inside out, and taken down in the opposite order."""
        store = await self._open_store(stack)
        console, platforms = self._platforms()
        outbox = Outbox(store, platforms, self._clock)
        book = await self._job_book(store, outbox, platforms)
        stack.push_async_callback(outbox.close)
        engine, tools = await self._engine(stack, platforms, book.rules)
        stack.push_async_callback(tools.typing.close)
        lives = Lives(self._plan.settings.engine.idle_seconds, host="local")
        registry = Registry(store, outbox, tools, lives)
        intake = self._intake(store, registry, engine, book.rules)
        schedules = Schedules(book, store, intake, registry, outbox, self._clock, cron.next_match)
        supervisor = Supervisor(self._clock)
        stack.push_async_callback(supervisor.close)
        login = ConsoleLogin(console_key(self._plan.home / "console.key"), self._clock)
        status = partial(self._status, registry, tools, supervisor, book)
        web = self._web(console, store, login, status, schedules)
        stack.callback(web.close)
        supervisor.keep("web", web.run)
        supervisor.keep("upkeep", partial(upkeep.keep, store, tools.workspaces, self._clock))
        missed = self._plan.settings.catch_up
        for name, platform in platforms.items():
            way_in = CatchUp(platform, intake, store, self._clock, missed.max_age, missed.every)
            supervisor.keep(name, way_in.run)
        await outbox.start()
        await registry.start(intake.obey)
        supervisor.keep("jobs", schedules.run)
        self._listen_to_signals()
        link = f"{web.address}/login?code={login.mint()}"
        announce(Ready(link, self._plan.demo, tuple(self._incidents)))
        log.info("ready", home=str(self._plan.home), version=__version__)
        for inbound in opening:
            await intake.accept(inbound)
        await self._stop.wait()
        log.info("stopping")
        intake.close()
        await registry.stop(self._plan.settings.gateway.grace_seconds, self._hurry)
        await outbox.flush(FLUSH_SECONDS)

    async def _open_store(self, stack: AsyncExitStack) -> Store:
        plan = self._plan
        for secret in plan.settings.store.secrets:
            self._hide(secret)
        build = plugins.plugin("stores", plan.settings.store_name)
        url = plan.settings.store.url
        store: Store = build(StoreParts(plan.home, self._clock, url, self._taken_over))
        await store.open()
        stack.push_async_callback(store.close)
        self._incidents += store.incidents
        return store

    def _taken_over(self) -> None:
        """The store is another gateway's now: whatever this one did could not be stored."""
        self._lost = True
        self._stop.set()

    def _platforms(self) -> tuple[ConsolePlatform, dict[str, Platform]]:
        plan, most = self._plan, self._plan.settings.limits.file_bytes
        console = ConsolePlatform(plan.home / "uploads", self._clock, caps=Caps(file=most))
        platforms: dict[str, Platform] = {console.name: console}
        for name, table in plan.settings.platforms.items():
            folder = plan.home / "platforms" / name
            parts = PlatformParts(folder, plan.home, self._clock, most, plan.environ, self._hide)
            platforms[name] = plugins.platform(name).build(table, parts)
        return console, platforms

    async def _job_book(
        self, store: Store, outbox: Outbox, platforms: dict[str, Platform]
    ) -> JobBook:
        """The jobs, read once before anything runs, and the platform on which they speak."""
        plan, names = self._plan, frozenset(platforms)
        notify_to = plan.settings.schedules.notify_to
        folder = JobFolder(plan.home / "jobs", names, notify_to, self._clock)
        book = JobBook(folder, plan.settings.rules())
        await book.refresh()
        if PLATFORM in platforms:
            raise ConfigError(f"A platform cannot be called {PLATFORM!r}: the jobs' own is.")
        platforms[PLATFORM] = JobPlaces(book, store, outbox, platforms, self._clock)
        return book

    async def _engine(
        self, stack: AsyncExitStack, platforms: dict[str, Platform], rules: Rules
    ) -> tuple[Engine, Tools]:
        plan, chosen = self._plan, self._plan.settings
        if chosen.walls.isolation == "folder":
            self._incidents.append(NO_WALLS)
        workspaces = FolderWorkspaces(
            plan.home / "sessions",
            chosen.walls.isolation,
            (plan.home, plan.login_home),
            chosen.limits.file_bytes,
            chosen.listed_projects(),
        )
        parts = EngineParts(workspaces, self._clock, plan.environ, plan.login_home, plan.api_url)
        engine: Engine = plugins.plugin("engines", chosen.engine.name)(parts)
        stack.push_async_callback(engine.close)
        tools = Tools(
            engine=engine,
            workspaces=workspaces,
            platforms=platforms,
            seats=Seats(chosen.engine.max_live, self._clock),
            typing=Typing(platforms, self._clock),
            clock=self._clock,
            rules=rules,
            instructions=_instructions(plan.home),
            voice=self._voice(stack),
            worktrees=GitWorktrees(plan.home / "sessions", chosen.walls.isolation),
            openings=asyncio.Semaphore(max(OPENINGS, len(os.sched_getaffinity(0)))),
        )
        return engine, tools

    def _voice(self, stack: AsyncExitStack) -> Transcriber | None:
        chosen, environ = self._plan.settings.voice, self._plan.environ
        if chosen.engine == "none":
            return None
        key = environ.get(chosen.key_variable, "").strip()
        if key:
            self._hide(key)
        voice = voices.build(chosen.engine, chosen.model, chosen.url, key, self._clock, environ)
        stack.push_async_callback(voice.close)
        return voice

    def _intake(self, store: Store, registry: Registry, engine: Engine, rules: Rules) -> Intake:
        chosen = self._plan.settings
        return Intake(
            store,
            registry,
            rules,
            chosen.listed(),
            self._clock,
            chosen.limits.message_characters,
            steers=engine.capabilities.steer,
        )

    def _web(
        self,
        console: ConsolePlatform,
        store: Store,
        login: ConsoleLogin,
        status: Callable[[], StatusInfo],
        schedules: Schedules,
    ) -> WebServer:
        plan = self._plan
        banner = DEMO_BANNER if plan.demo else None
        pages = console_app(console, store, status, login, banner, self._clock)
        control = control_app(
            console, store, status, login, lambda: server.address, self._stop.set, schedules
        )
        socket = places.control_socket(plan.home)
        socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        places.require_own(socket.parent)
        server = WebServer(pages, control, plan.settings.console.port, socket)
        server.bind()
        return server

    def _status(
        self, registry: Registry, tools: Tools, supervisor: Supervisor, book: JobBook
    ) -> StatusInfo:
        return StatusInfo(
            version=__version__,
            pid=os.getpid(),
            since=self._began,
            sessions=registry.awake,
            live=tools.seats.held,
            waiting=registry.waiting,
            platforms=tuple(
                _stands(name, state, tools.platforms.get(name))
                for name, state in supervisor.states.items()
            ),
            notices=(*self._incidents, *book.faults.values()),
            login=tools.engine.name,
            demo=self._plan.demo,
        )

    def _listen_to_signals(self) -> None:
        """The first signal stops in good order; the second does not wait for running turns."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            (self._hurry if self._stop.is_set() else self._stop).set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, told)


def _stands(name: str, state: tuple[str, str], platform: Platform | None) -> PlatformInfo:
    """How something that runs stands, with what a platform itself complains about."""
    word, note = state
    if word != "up" or platform is None:
        return PlatformInfo(name, word, note)
    return PlatformInfo(
        name, "up" if platform.listening else "connecting", " ".join(platform.troubles)
    )


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        value
        for name, value in environ.items()
        if any(word in name.upper() for word in SECRET_NAMES)
    )


def _instructions(home: Path) -> str:
    """The house's own instructions, given to every session."""
    with suppress(FileNotFoundError):
        return (home / "CLAUDE.md").read_text("utf-8")
    return ""
