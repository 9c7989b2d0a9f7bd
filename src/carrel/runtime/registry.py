"""Finds or starts the actor of a session, and keeps each one's failures to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from carrel.core.errors import Fenced, Unavailable
from carrel.core.events import Event, Halted, PersonEvent
from carrel.core.messages import Inbound
from carrel.core.model import Route, Session, SessionKey
from carrel.ports.store import Store
from carrel.ports.workspace import binding
from carrel.runtime import inquiries
from carrel.runtime.actor import Actor
from carrel.runtime.outbox import Outbox
from carrel.runtime.tools import Tools
from carrel.tasks import Tasks

RETRY_SECONDS = (0.2, 1.0, 5.0, 30.0)
HALT_SECONDS = 10.0
MOST_CRASHES = 5
"""In a row; then what is open in the session is set aside, as it is the likeliest reason."""
SOUND_SECONDS = 60.0
"""A session that ran for so long did not crash of what it was loaded with."""
SET_ASIDE = (
    f"Carrel failed {MOST_CRASHES} times at this and has set it aside; its log says why. "
    "What you write now is answered. `carrel dead-letters` lists it and can try it again."
)

NOT_NOW = "The session is just being loaded anew; try it again in a moment."

End = Literal["asleep", "fenced", "failed", "crashed"]

AGAIN = frozenset({"failed", "crashed"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lives:
    """How long an idle session keeps its engine (seconds), and who owns what it does."""

    idle: float
    host: str


class Registry:
    """The sessions that are awake. One that sleeps costs a row in the store."""

    def __init__(self, store: Store, outbox: Outbox, tools: Tools, lives: Lives) -> None:
        self._store, self._outbox, self._tools, self._lives = store, outbox, tools, lives
        self._actors: dict[SessionKey, Actor | None] = {}
        self._tasks = Tasks("registry")
        self._keeps: set[asyncio.Task[None]] = set()
        self._naps: set[asyncio.Task[None]] = set()
        self._stopping = self._patient = False
        self._obey: Callable[[Inbound], PersonEvent | None] = lambda _: None

    @property
    def awake(self) -> int:
        """How many sessions have an actor."""
        return len(self._actors)

    @property
    def waiting(self) -> int:
        """How many messages wait for a turn."""
        return sum(actor.waiting for actor in self._working())

    @property
    def running(self) -> int:
        """How many turns run."""
        return sum(actor.running for actor in self._working())

    def _working(self) -> tuple[Actor, ...]:
        """The actors; of one that failed and waits for its next try there is none."""
        return tuple(actor for actor in self._actors.values() if actor is not None)

    async def start(self, obey: Callable[[Inbound], PersonEvent | None]) -> None:
        """Take up every session that has work left. `obey`: a stored command as its event."""
        self._obey = obey
        await self._tools.accounts.open()
        for key in await self._store.open_keys():
            self._awaken(key)

    async def tell(self, key: SessionKey, event: Event) -> None:
        """Give an event to the session's actor, which is started if it sleeps.

        Nothing is told when the gateway is stopping, or when the session failed and waits for
        its next try: the row is there for the next start.
        """
        actor = self._listening(key)
        if actor is not None:
            await actor.tell(event)

    async def ask(self, key: SessionKey, event: Event) -> None:
        """The same for an event that no row tells of: raises Unavailable where none is told."""
        actor = self._listening(key)
        if actor is None:
            raise Unavailable(NOT_NOW)
        await actor.tell(event)

    async def heed(self, key: SessionKey, event: Event) -> None:
        """The same, until what it does is saved; raises Unavailable also where that fails."""
        actor = self._listening(key)
        if actor is None or not await actor.heed(event):
            raise Unavailable(NOT_NOW)

    async def look(self, key: SessionKey) -> Session:
        """The session as it stands, once it is loaded; an empty one if it cannot be just now."""
        actor = self._listening(key)
        return Session(key) if actor is None else await actor.session()

    async def commands(self, key: SessionKey) -> tuple[tuple[str, str], ...]:
        """The own commands of the session's engine, each with what it does; none if it sleeps."""
        actor = self._actors.get(key)
        return () if actor is None else await actor.commands()

    async def folders(self, route: Route, typed: str) -> tuple[str, ...]:
        """Folders of the session's files, below what is typed as far as it is one."""
        workspace = await self._tools.workspaces.prepare(route.key, binding(route))
        return await inquiries.folders(workspace, typed)

    async def stop(self, grace: float | None, hurry: asyncio.Event) -> None:
        """Let turns finish within `grace` seconds, or until `hurry`; halt the others, resumable.

        None: however long they take. What is said to a session that is awake reaches it meanwhile.
        """
        self._stopping, self._patient = True, grace is None
        for nap in self._naps:
            nap.cancel()
        drained = [self._tasks.start(actor.drain(), "drain") for actor in self._working()]
        hurried = self._tasks.start(hurry.wait(), "hurry")
        everyone = self._tasks.start(_all(drained), "drained")
        await asyncio.wait((everyone, hurried), timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        for actor in self._working():
            await actor.tell(Halted())
        if self._keeps and self._patient:
            ended = self._tasks.start(_all(list(self._keeps)), "ended")
            await asyncio.wait((ended, hurried), return_when=asyncio.FIRST_COMPLETED)
        if self._keeps:
            await asyncio.wait(self._keeps, timeout=HALT_SECONDS)
        await self._tasks.close()

    def _listening(self, key: SessionKey) -> Actor | None:
        if not self._stopping:
            return self._awaken(key)
        return self._actors.get(key) if self._patient else None

    def _awaken(self, key: SessionKey) -> Actor | None:
        if key not in self._actors:
            actor = self._actors[key] = self._make(key)
            keep = self._tasks.start(self._keep(key, actor), key)
            self._keeps.add(keep)
            keep.add_done_callback(self._keeps.discard)
        return self._actors[key]

    def _make(self, key: SessionKey) -> Actor:
        lives = self._lives
        return Actor(key, self._store, self._outbox, self._tools, lives.host, lives.idle)

    async def _keep(self, key: SessionKey, actor: Actor) -> None:
        """Run the actor; when it fails, its rows are loaded into a new one, a little later."""
        failures = crashes = 0
        clock = self._tools.clock
        try:
            began = clock.monotonic()
            while (end := await self._ran(key, actor)) in AGAIN and not self._stopping:
                self._actors[key] = None
                if clock.monotonic() - began > SOUND_SECONDS:
                    failures = crashes = 0
                crashes += end == "crashed"
                if crashes >= MOST_CRASHES and await self._set_aside(key):
                    crashes = 0
                await self._nap(RETRY_SECONDS[min(failures, 3)])
                if self._stopping:
                    return
                failures += 1
                actor, began = self._make(key), clock.monotonic()
                self._actors[key] = actor
        finally:
            self._actors.pop(key, None)
        if end == "asleep" and not self._stopping and await self._has_work(key):
            self._awaken(key)

    async def _ran(self, key: SessionKey, actor: Actor) -> End:
        """How the actor came to its end."""
        try:
            await actor.run(self._obey)
        except Fenced:
            log.warning("session is owned elsewhere now", session=key)
            return "fenced"
        except Unavailable as error:
            log.warning("session let go, to be loaded again", session=key, error=str(error))
            return "failed"
        except Exception:
            log.exception("session crashed, to be loaded again", session=key)
            return "crashed"
        return "asleep"

    async def _set_aside(self, key: SessionKey) -> bool:
        """Everything open in the session fails, visibly; what comes after it can be answered."""
        try:
            told = await self._store.set_aside(key, SET_ASIDE, self._tools.clock.now())
        except Unavailable:
            return False
        log.error("session set aside", session=key, messages=len(told))
        self._outbox.wake(told)
        return True

    async def _nap(self, seconds: float) -> None:
        """Wait for the next try, or until the gateway stops."""
        nap = self._tasks.start(self._tools.clock.sleep(seconds), "nap")
        self._naps.add(nap)
        await asyncio.wait({nap})
        self._naps.discard(nap)

    async def _has_work(self, key: SessionKey) -> bool:
        """What an actor was told while it went to sleep is in its rows all the same."""
        try:
            return key in await self._store.open_keys()
        except Unavailable:
            return True


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)
