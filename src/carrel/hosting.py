"""What runs agents on this host, and what others need of it.

Its own run where it leads, the leader's where it waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from carrel.engines.elsewhere.engine import SpreadEngine
from carrel.engines.elsewhere.link import Lead
from carrel.engines.elsewhere.lodging import Lodging
from carrel.engines.elsewhere.stay import Terms
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine, EngineParts
from carrel.ports.hosts import Offer
from carrel.ports.mirrors import Mirror
from carrel.ports.store import Store
from carrel.ports.workspace import Workspaces
from carrel.runtime.endings import Endings
from carrel.runtime.fuse import Fuse
from carrel.runtime.seats import Seats
from carrel.runtime.supervisor import Supervisor
from carrel.settings import plugins
from carrel.settings.tables import Settings
from carrel.workspaces import leftovers
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.mirrors import FolderMirror

BEATS: Final = 6
"""So many times within a lease a host asks the leader for how long it may go on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Base:
    """Where agents run: as in the gateway's Plan."""

    home: Path
    settings: Settings
    environ: Mapping[str, str]
    login_home: Path
    api_url: str | None
    clock: Clock


class Agents:
    """What one host has of them. `fuse`: it burns while this host leads."""

    def __init__(self, base: Base, fuse: Fuse, seats: Seats) -> None:
        self._base, self._fuse, self._seats = base, fuse, seats
        self._lodging: Lodging | None = None
        self._spread: SpreadEngine | None = None
        self._until = 0.0

    @property
    def live(self) -> int:
        """How many live on this host."""
        if self._lodging is not None:
            return self._lodging.used
        return self._seats.held if self._spread is None else self._spread.used

    def leads(self, seconds: float) -> None:
        """It leads, and may act for so many seconds from now."""
        # first: who asks what is left must not believe in more than there is
        self._until = self._base.clock.monotonic() + seconds
        self._fuse.light(seconds)

    def offer(self, host: str) -> Offer | None:
        """The room that there is for the leader's, while this host waits."""
        return None if self._lodging is None else self._lodging.offer(host)

    def built(self, epoch: int) -> tuple[Workspaces, Engine]:
        """The workspaces and the engine of this host, for the lead with this number."""
        base, chosen = self._base, self._base.settings
        workspaces = FolderWorkspaces(
            chosen.sessions(base.home),
            chosen.walls.isolation,
            (base.home, base.login_home),
            chosen.limits.file_bytes,
            chosen.listed_projects(),
            epoch,
        )
        where = (base.clock, base.environ, base.login_home, base.api_url)
        engine: Engine = plugins.plugin("engines", chosen.engine.name)(
            EngineParts(workspaces, *where)
        )
        return workspaces, engine

    def leading(self, store: Store) -> tuple[Workspaces, Engine]:
        """The same where this host leads; other hosts run some of its agents if they have room."""
        workspaces, own = self.built(store.epoch)
        if not self._base.settings.store.is_shared:
            return workspaces, own
        lead = Lead(store.epoch, self._left, self._base.clock)
        places = self._base.settings.places
        self._spread = SpreadEngine(own, places, store.offers, lead, self._seats.resize)
        return workspaces, self._spread

    def mirror(self, store: Store) -> Mirror | None:
        """Where this host's sessions are kept for the others, if they are."""
        base = self._base
        if store.mirrors is None or not base.settings.store.mirror:
            return None
        return FolderMirror(base.settings.sessions(base.home), store.mirrors, base.clock)

    def _left(self) -> float:
        return max(self._until - self._base.clock.monotonic(), 0.0)

    def keep(self, supervisor: Supervisor) -> None:
        """Look for hosts that have room, from now on."""
        if self._spread is not None:
            supervisor.keep("hosts", self._spread.run)

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """Offer room while this host waits; raises ConfigError where it cannot listen."""
        chosen = self._base.settings
        if not (chosen.store.is_shared and chosen.store.listen and chosen.places):
            yield
            return
        if ended := await asyncio.to_thread(leftovers.end, chosen.sessions(self._base.home)):
            log.warning("walls were left half-built, and are ended", processes=ended)
        every = chosen.store.lease_seconds / BEATS
        terms = Terms(lambda: chosen.places, every, Fuse(), self._base.clock)
        self._lodging = Lodging(chosen.store.listen, self.built, terms)
        try:
            await self._lodging.open()
            yield
        finally:
            await self._lodging.close()
            self._lodging = None
            if left := self._left():
                self._fuse.light(left)  # without timers of the kernel there is one for both

    async def leave(self, endings: Endings) -> None:
        """Let the turns that run here end, as `endings` says."""
        if self._lodging is not None:
            grace = None if endings.patient else self._base.settings.gateway.grace_seconds
            await self._lodging.leave(grace, endings.hurry)
