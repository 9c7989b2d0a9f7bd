"""Finds or starts the actor of a session, and keeps each one's failures to itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from carrel.core.errors import Fenced, Unavailable
from carrel.core.events import Event, Halted, PersonEvent
from carrel.core.messages import Inbound
from carrel.core.model import SessionKey
from carrel.ports.store import Store
from carrel.runtime.actor import Actor
from carrel.runtime.hands import Tools
from carrel.runtime.outbox import Outbox
from carrel.runtime.tasks import Tasks

RETRY_SECONDS = (0.2, 1.0, 5.0, 30.0)
HALT_SECONDS = 10.0

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
        self._actors: dict[SessionKey, Actor] = {}
        self._tasks = Tasks("registry")
        self._keeps: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._obey: Callable[[Inbound], PersonEvent | None] = lambda _: None

    @property
    def awake(self) -> int:
        """How many sessions have an actor."""
        return len(self._actors)

    @property
    def waiting(self) -> int:
        """How many messages wait for a turn."""
        return sum(actor.waiting for actor in self._actors.values())

    @property
    def running(self) -> int:
        """How many turns run."""
        return sum(actor.running for actor in self._actors.values())

    async def start(self, obey: Callable[[Inbound], PersonEvent | None]) -> None:
        """Take up every session that has work left. `obey`: a stored command as its event."""
        self._obey = obey
        for key in await self._store.open_keys():
            self._awaken(key)

    async def tell(self, key: SessionKey, event: Event) -> None:
        """Give an event to the session's actor, which is started if it sleeps.

        When the gateway is stopping nothing is told: the row is there for the next start.
        """
        if self._stopping:
            return
        await self._awaken(key).tell(event)

    async def stop(self, grace: float, hurry: asyncio.Event) -> None:
        """Let turns finish within `grace` seconds, or until `hurry`; halt the others, resumable."""
        self._stopping = True
        actors = tuple(self._actors.values())
        drained = [self._tasks.start(actor.drain(), "drain") for actor in actors]
        hurried = self._tasks.start(hurry.wait(), "hurry")
        everyone = self._tasks.start(_all(drained), "drained")
        await asyncio.wait((everyone, hurried), timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        for actor in tuple(self._actors.values()):
            await actor.tell(Halted())
        if self._keeps:
            await asyncio.wait(self._keeps, timeout=HALT_SECONDS)
        await self._tasks.close()

    def _awaken(self, key: SessionKey) -> Actor:
        actor = self._actors.get(key)
        if actor is None:
            actor = self._actors[key] = self._make(key)
            keep = self._tasks.start(self._keep(key, actor), key)
            self._keeps.add(keep)
            keep.add_done_callback(self._keeps.discard)
        return actor

    def _make(self, key: SessionKey) -> Actor:
        lives = self._lives
        return Actor(key, self._store, self._outbox, self._tools, lives.host, lives.idle)

    async def _keep(self, key: SessionKey, actor: Actor) -> None:
        """Run the actor; when it fails, its rows are loaded into a new one, a little later."""
        failures = 0
        try:
            while not await self._ran(key, actor) and not self._stopping:
                await self._tools.clock.sleep(RETRY_SECONDS[min(failures, 3)])
                failures += 1
                actor = self._actors[key] = self._make(key)
        finally:
            self._actors.pop(key, None)

    async def _ran(self, key: SessionKey, actor: Actor) -> bool:
        """Whether the actor came to its own end."""
        try:
            await actor.run(self._obey)
        except Fenced:
            log.warning("session is owned elsewhere now", session=key)
        except Unavailable as error:
            log.warning("session let go, to be loaded again", session=key, error=str(error))
            return False
        except Exception:
            log.exception("session crashed, to be loaded again", session=key)
            return False
        return True


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)
