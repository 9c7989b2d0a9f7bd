"""The only place that builds things: wires the ports, starts and stops them in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from starlette.routing import Route

from carrel import __version__, telemetry
from carrel import voice as voices
from carrel.core.errors import ConfigError
from carrel.core.jobs import PLATFORM
from carrel.core.messages import Inbound
from carrel.core.model import conversation_at
from carrel.core.routing import Rules
from carrel.examining.within import Examination
from carrel.hosting import Agents, Base
from carrel.platforms.console import Caps, ConsolePlatform
from carrel.ports.hosts import Tenure
from carrel.ports.platform import Platform, PlatformParts
from carrel.ports.store import Store, StoreParts
from carrel.ports.voice import Transcriber
from carrel.runtime import upkeep
from carrel.runtime.accounts import Accounts
from carrel.runtime.audit import audit
from carrel.runtime.catchup import CatchUp
from carrel.runtime.clock import SystemClock
from carrel.runtime.endings import Endings
from carrel.runtime.fuse import Fuse
from carrel.runtime.guestbook import Guestbook
from carrel.runtime.intake import Intake
from carrel.runtime.job_book import JobBook
from carrel.runtime.job_desk import JobDesk
from carrel.runtime.job_places import JobPlaces
from carrel.runtime.lock import HomeLock
from carrel.runtime.notes import Notes
from carrel.runtime.outbox import Outbox
from carrel.runtime.planner import Planner
from carrel.runtime.registry import Lives, Registry
from carrel.runtime.renewal import Herald, renew
from carrel.runtime.room import Room
from carrel.runtime.schedules import Schedules
from carrel.runtime.seats import Seats
from carrel.runtime.starts import Starts
from carrel.runtime.supervisor import Supervisor
from carrel.runtime.tools import Tools
from carrel.runtime.typing import Typing
from carrel.runtime.watchdog import STOPPING, Watchdog
from carrel.settings import cron, places, plugins
from carrel.settings.binding import Binder
from carrel.settings.jobs import JobFolder
from carrel.settings.live import LiveSettings
from carrel.settings.tables import Settings
from carrel.web.app import console_app
from carrel.web.control import control_app
from carrel.web.figures import Figures, metrics_key, monitor_routes
from carrel.web.hosts import host_routes
from carrel.web.login import ConsoleLogin, console_key
from carrel.web.operating import operator_routes
from carrel.web.server import Doors, WebServer
from carrel.web.setup_pages import setup_routes
from carrel.web.setup_sheet import Ground
from carrel.web.standing import Standing
from carrel.web.standing_by import StandBy, Waits
from carrel.web.status import StatusInfo
from carrel.workspaces import walls
from carrel.workspaces.history import FolderHistory
from carrel.workspaces.worktrees import GitWorktrees

FLUSH_SECONDS = 5.0
DEMO_BANNER = "This is the demo: a stand-in plays the model, nothing leaves this machine."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run. `environ` is the environment before it was scrubbed.

    `say` tells the operator a sentence at once: who leads, and why this host does not any more.
    """

    home: Path
    settings: Settings
    environ: Mapping[str, str]
    login_home: Path
    api_url: str | None = None
    demo: bool = False
    verbose: bool = False
    say: Callable[[str], None] = log.info


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
        self._endings, self._fuse = Endings(), Fuse()
        self._watchdog = Watchdog(plan.environ, self._clock)
        self._doors = Doors(plan.settings.console.port, places.control_socket(plan.home))
        self._seats = Seats(plan.settings.places, self._clock)
        where = (plan.home, plan.settings, plan.environ, plan.login_home, plan.api_url)
        self._agents = Agents(Base(*where, self._clock), self._fuse, self._seats)
        self._began, self._sessions = self._clock.now(), plan.settings.sessions(plan.home)
        self._live = LiveSettings(plan.home, plan.environ, plan.settings)
        self._starts = Starts(plan.home / "starts", self._clock)
        self._incidents: list[str] = []
        self._redactor = telemetry.Redactor(())

    async def run(
        self, announce: Callable[[Ready], None], opening: tuple[Inbound, ...] = ()
    ) -> None:
        """Serve until SIGTERM or SIGINT; `opening` is said once everything runs.

        Raises ConfigError when the operator must act first, and Unavailable when the home or the
        store cannot be had; then nothing was started.
        """
        plan = self._plan
        places.made_private(plan.home)
        secrets = telemetry.secrets_of(plan.environ)
        self._redactor = telemetry.configure(plan.home / "logs", secrets, verbose=plan.verbose)
        lock = HomeLock(plan.home)
        lock.take()
        try:
            if said := await self._starts.slow_down():
                self._incidents.append(said)
            async with AsyncExitStack() as stack:
                await self._serve(stack, announce, opening)
        except ConfigError:
            self._starts.ready()  # the operator is there: their next try shall not be kept waiting
            raise
        finally:
            self._fuse.put_out()
            lock.free()

    async def _serve(
        self, stack: AsyncExitStack, announce: Callable[[Ready], None], opening: tuple[Inbound, ...]
    ) -> None:
        """Built from the inside out, and taken down in the opposite order."""
        console, platforms = self._platforms()
        store = await self._open_store(stack)
        if store is None:
            return
        outbox = Outbox(store, platforms, self._clock, self._plan.settings.catch_up.max_age)
        book, jobs = await self._job_book(store, outbox, platforms)
        stack.push_async_callback(outbox.close)
        desk = JobDesk(book, store, outbox, self._clock, cron.next_match)
        planner = Planner(desk, self._plan.settings.schedules.timezone, cron.line_of)
        tools = await self._engine(stack, platforms, book.rules, planner, store, outbox)
        stack.push_async_callback(tools.typing.close)
        idle = self._plan.settings.engine.idle_seconds
        registry = Registry(store, outbox, tools, Lives(idle, store.host))
        intake = self._intake(store, registry, tools, book.rules, jobs)
        tools.hear = intake.accept
        take = partial(self._take_over, book, intake, tools)
        tools.bind = Binder(self._live, take).bind
        supervisor = Supervisor(self._clock)
        stack.push_async_callback(supervisor.close)
        key = console_key(self._plan.home / "console.key")
        login = ConsoleLogin(key, self._clock)
        status = self._standing(registry, tools, supervisor, book)
        more = operator_routes(store, registry, desk, tools, status, self._clock)
        more += host_routes(store, self._endings.drain)
        self._agents.keep(supervisor)
        beside = self._beside(store, status, tools, key, take)
        web = self._web(console, store, login, status, desk, more, beside)
        stack.callback(web.close)
        supervisor.keep("web", web.run)
        supervisor.keep("upkeep", partial(upkeep.keep, store, tools.workspaces, self._clock))
        for name, platform in platforms.items():
            supervisor.keep(name, self._way_in(platform, intake, store).run)
        await outbox.start()
        await registry.start(intake.obey)
        supervisor.keep("jobs", Schedules(desk, planner, intake, registry).run)
        tell = partial(self._tell_operator, Herald(store, outbox, platforms, self._clock))
        supervisor.keep("settings", partial(renew, self._live, take, tell, self._clock))
        self._watchdog.begin(supervisor.keep)
        self._is_ready(announce, f"{web.address}/login?code={login.mint()}")
        for inbound in opening:
            await intake.accept(inbound)
        await self._end(intake, registry)
        await outbox.flush(FLUSH_SECONDS)

    async def _end(self, intake: Intake, registry: Registry) -> None:
        """Wait until it is asked for. Turns that are waited for can still ask, and be answered."""
        endings, grace = self._endings, self._plan.settings.gateway.grace_seconds
        await endings.stop.wait()
        log.info("stopping", patient=endings.patient)
        audit.info("gateway stopping")
        self._watchdog.say(STOPPING)
        if not endings.patient:
            intake.close()
        await registry.stop(None if endings.patient else grace, endings.hurry)
        intake.close()

    def _is_ready(self, announce: Callable[[Ready], None], link: str) -> None:
        self._endings.listen()
        self._starts.ready()
        announce(Ready(link, self._plan.demo, tuple(self._incidents)))
        log.info("ready", home=str(self._plan.home), version=__version__)
        audit.info("gateway started", version=__version__)

    def _take_over(self, book: JobBook, intake: Intake, tools: Tools) -> None:
        """What carrel.toml says now holds for whatever comes from now on."""
        settings = self._live.current
        book.renew(self._job_folder(tools.platforms), settings.rules())
        intake.renew(book.rules, settings.listed(), settings.limits.message_characters)
        tools.rules = book.rules

    async def _tell_operator(self, herald: Herald, text: str) -> None:
        told = self._live.current.schedules.notify_to
        await herald.tell(conversation_at(told) if told else None, text)

    async def _open_store(self, stack: AsyncExitStack) -> Store | None:
        """The store, once this host leads; None when it is told to end before."""
        home, settings = self._plan.home, self._plan.settings
        for secret in settings.store.secrets:
            self._redactor.hide(secret)
        waits = Waits(self._endings, self._watchdog, self._doors)
        waiting = StandBy(waits, self._clock, self._tell, settings.gateway.role)
        tenure = Tenure(
            *(settings.store.lease_seconds, __version__, settings.store.folder is not None),
            *(settings.store.mirror, settings.gateway.role, settings.places),
            live=lambda: self._agents.live,
            offers=self._agents.offer,
            follows=waiting.follow,
            leads=self._agents.leads,
            ends=self._end_at_once,
            drains=self._endings.drain,
        )
        parts = StoreParts(home, self._clock, settings.store.url, tenure)
        store: Store = plugins.plugin("stores", settings.store_name)(parts)
        async with waiting.beside(store), self._agents.room():
            leave = partial(self._agents.leave, self._endings)
            if not await self._endings.before(store.open(), leave):
                return None
        stack.push_async_callback(store.close)
        self._incidents += store.incidents
        return store

    def _tell(self, sentence: str) -> None:
        """A host that stands by has not failed to start."""
        self._starts.ready()
        self._plan.say(sentence)

    def _end_at_once(self, why: str) -> None:
        """Another host may lead. The kernel ends the engines with this process.

        Nothing is put in order: whatever it would write or say is not this host's any more.
        """
        self._plan.say(why)
        os._exit(os.EX_TEMPFAIL)

    def _way_in(self, platform: Platform, intake: Intake, store: Store) -> CatchUp:
        missed = self._plan.settings.catch_up
        return CatchUp(platform, intake, store, self._clock, missed.max_age, missed.every)

    def _platforms(self) -> tuple[ConsolePlatform, dict[str, Platform]]:
        plan, most, clock = self._plan, self._plan.settings.limits.file_bytes, self._clock
        console = ConsolePlatform(plan.home / "uploads", clock, caps=Caps(file=most))
        platforms: dict[str, Platform] = {console.name: console}
        hide = self._redactor.hide
        for name, table in plan.settings.platforms.items():
            own = plan.home / "platforms" / name
            parts = PlatformParts(own, plan.home, clock, most, plan.environ, hide, audit.info)
            platforms[name] = plugins.platform(name).build(table, parts)
        return console, platforms

    async def _job_book(
        self, store: Store, outbox: Outbox, platforms: dict[str, Platform]
    ) -> tuple[JobBook, JobPlaces]:
        """The jobs, read once before anything runs, and the platform on which they speak."""
        book = JobBook(self._job_folder(platforms), self._plan.settings.rules())
        await book.refresh()
        if PLATFORM in platforms:
            raise ConfigError(f"A platform cannot be called {PLATFORM!r}: the jobs' own is.")
        places_ = JobPlaces(book, store, outbox, platforms, self._clock)
        platforms[PLATFORM] = places_
        return book, places_

    def _job_folder(self, platforms: Iterable[str]) -> JobFolder:
        names, said = frozenset(platforms) - {PLATFORM}, self._live.current.schedules
        folder = self._plan.home / "jobs"
        return JobFolder(folder, names, said.notify_to, self._clock, said.timezone)

    async def _engine(
        self, stack: AsyncExitStack, platforms: dict[str, Platform], rules: Rules,
        planner: Planner, store: Store, outbox: Outbox,
    ) -> Tools:  # fmt: skip
        plan, chosen, clock = self._plan, self._plan.settings, self._clock
        if chosen.walls.isolation == "folder":
            self._incidents.append(walls.NO_WALLS)
        workspaces, engine = self._agents.leading(store)
        stack.push_async_callback(engine.close)
        guestbook = Guestbook(store, outbox, clock, chosen.listed())
        await guestbook.open()
        where = (plan.home, plan.environ, plan.api_url)
        zone = ZoneInfo(chosen.schedules.timezone)
        return Tools(
            engine=engine,
            workspaces=workspaces,
            platforms=platforms,
            seats=self._seats,
            typing=Typing(platforms, clock),
            clock=clock,
            rules=rules,
            instructions=places.instructions(plan.home),
            accounts=Accounts(store, clock, chosen.bounds(), zone),
            guestbook=guestbook,
            redact=self._redactor.text,
            voice=self._voice(stack),
            notes=Notes(store, self._redactor.text),
            room=Room(plan.home, chosen.limits.free_bytes, clock),
            worktrees=GitWorktrees(self._sessions, chosen.walls.isolation),
            projects=tuple(sorted(chosen.projects)),
            examine=Examination(*where, platforms, self._live, clock).findings,
            planner=planner,
            history=FolderHistory(clock),
            mirror=self._agents.mirror(store),
        )

    def _voice(self, stack: AsyncExitStack) -> Transcriber | None:
        chosen, environ = self._plan.settings.voice, self._plan.environ
        if chosen.engine == "none":
            return None
        key = environ.get(chosen.key_variable, "").strip()
        self._redactor.hide(key)
        voice = voices.build(chosen.engine, chosen.model, chosen.url, key, self._clock, environ)
        stack.push_async_callback(voice.close)
        return voice

    def _intake(
        self, store: Store, registry: Registry, tools: Tools, rules: Rules, jobs: JobPlaces
    ) -> Intake:
        longest = self._plan.settings.limits.message_characters
        parts = (store, registry, rules, tools.guestbook, self._clock, longest)
        return Intake(*parts, steers=tools.engine.capabilities.steer, aimed=jobs.aimed)

    def _web(
        self, console: ConsolePlatform, store: Store, login: ConsoleLogin,
        status: Callable[[], StatusInfo], jobs: JobDesk, more: list[Route], beside: list[Route],
    ) -> WebServer:  # fmt: skip
        plan = self._plan
        banner = DEMO_BANNER if plan.demo else None
        pages = console_app(console, store, status, login, banner, self._clock, jobs, more=beside)
        control = control_app(
            console, store, status, login, lambda: server.address, self._endings.stop.set, more
        )
        server = WebServer(pages, control, self._doors)
        server.bind()
        return server

    def _beside(
        self, store: Store, status: Callable[[], StatusInfo], tools: Tools, key: bytes,
        take: Callable[[], None],
    ) -> list[Route]:  # fmt: skip
        """What is at the pages' address beside the console: figures, and setting up."""
        plan, room = self._plan, tools.room
        secret = metrics_key(plan.home / "metrics.key", key)
        self._redactor.hide(secret)
        routes = monitor_routes(Figures(store, status, lambda: room.left if room else 0, secret))
        if plan.demo:
            return routes
        ground = Ground(plan.home, plan.environ, self._live, take, self._redactor)
        return [*routes, *setup_routes(ground, self._clock)]

    def _standing(
        self, registry: Registry, tools: Tools, supervisor: Supervisor, book: JobBook
    ) -> Standing:
        live, incidents, people = self._live, self._incidents, tools.guestbook
        return Standing(
            registry, tools, supervisor, self._began, self._plan.demo,
            notices=lambda: (*incidents, *live.notices, *book.faults.values(), *people.notices),
            zone=self._plan.settings.schedules.timezone,
        )  # fmt: skip
