"""The engine of a leader that is not alone: opens each session's where there is room for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from carrel.core.errors import Unavailable
from carrel.core.model import ResumeToken, SessionKey
from carrel.engines.elsewhere.link import Lead, Link, greeted
from carrel.engines.elsewhere.live import FarLive
from carrel.ports.engine import Engine, EngineSpec, LiveEngine, Program, Tell, Until
from carrel.ports.hosts import Offer
from carrel.ports.workspace import Workspace
from carrel.tasks import Tasks

LOOK_S: Final = 2.0
"""Seconds between two looks at who offers room."""

REMEMBERED: Final = 10_000
"""Sessions of which it is known where they ran last."""

HERE: Final = ""
FULL = "No host has a place for another agent just now."

log = structlog.get_logger(__name__)


class SpreadEngine:
    """The port's Engine over the leader's `own`, which has `places`, and those of other hosts.

    A session goes on where it ran last as long as there is room, else where there is most. What
    needs only its files is done here. `sized` is told of the sum of places.
    """

    def __init__(
        self,
        own: Engine,
        places: int,
        offers: Callable[[], Awaitable[tuple[Offer, ...]]],
        lead: Lead,
        sized: Callable[[int], None],
    ) -> None:
        self.name, self.capabilities = own.name, own.capabilities
        self._own, self._places, self._offers, self._lead = own, places, offers, lead
        self._sized = sized
        self._links: dict[str, Link] = {}
        self._asking: set[str] = set()
        self._lives: list[LiveEngine] = []
        self._opening = 0
        self._last: OrderedDict[SessionKey, str] = OrderedDict()
        self._troubles: dict[str, str] = {}
        self._tasks = Tasks("hosts")

    @property
    def used(self) -> int:
        """How many engines live on this host."""
        self._lives = [live for live in self._lives if live.alive]
        return len(self._lives) + self._opening

    async def run(self) -> None:
        """Look for ever who offers room, and keep a line to each."""
        while True:
            try:
                offers = await self._offers()
            except Unavailable:
                offers = ()
            for offer in offers:
                if offer.host not in self._links.keys() | self._asking:
                    self._asking.add(offer.host)
                    self._tasks.start(self._link(offer), offer.host)
            await self._lead.clock.sleep(LOOK_S)

    async def open(self, spec: EngineSpec, tell: Tell) -> LiveEngine:
        """Start it where it ran last, or where most places are free."""
        key = spec.workspace.key
        link = self._links.get(host) if (host := self._choice(key)) else None
        if link is None:
            live = await self._open_here(spec, tell)
        else:
            live = far = FarLive(link, tell, self._lead.clock)
            await far.open(spec)
        self._last[key] = host
        self._last.move_to_end(key)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return live

    async def terminal(self, spec: EngineSpec) -> Program:
        """A terminal is where its person is: on this host."""
        return await self._own.terminal(spec)

    async def readmit(self, key: SessionKey, token: str) -> str:
        """It runs here."""
        return await self._own.readmit(key, token)

    async def left(self, workspace: Workspace, since: float) -> ResumeToken | None:
        """It ran here."""
        return await self._own.left(workspace, since)

    async def copy(
        self, resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None = None
    ) -> ResumeToken | None:
        """The files are in a folder that all hosts see."""
        return await self._own.copy(resume, source, target, until)

    async def close(self) -> None:
        """Hang up everywhere."""
        await self._tasks.close()
        await self._own.close()

    async def _open_here(self, spec: EngineSpec, tell: Tell) -> LiveEngine:
        self._opening += 1
        try:
            live = await self._own.open(spec, tell)
        finally:
            self._opening -= 1
        self._lives.append(live)
        return live

    def _choice(self, key: SessionKey) -> str:
        """The host's name, HERE for this one. Raises Unavailable where none has room."""
        free = {HERE: self._places - self.used}
        free |= {host: link.free for host, link in self._links.items()}
        last = self._last.get(key)
        if last is not None and free.get(last, 0) > 0:
            return last
        host = max(free, key=lambda name: free[name])
        if free[host] <= 0:
            raise Unavailable(FULL)
        return host

    async def _link(self, offer: Offer) -> None:
        try:
            link = await greeted(offer, self._lead, self._resize)
            self._tasks.start(link.run(), offer.host)
            await link.ready()
        except Unavailable as error:
            if self._troubles.get(offer.host) != str(error):
                log.warning("no line to a host", host=offer.host, why=str(error))
            self._troubles[offer.host] = str(error)
            return
        finally:
            self._asking.discard(offer.host)
        self._troubles.pop(offer.host, None)
        log.info("a host has room", host=offer.host, places=link.places)
        self._links[offer.host] = link
        self._resize()

    def _resize(self) -> None:
        """Called when a host's room changes, and when a line is lost.

        What still runs on a host that is to end takes nobody else's place.
        """
        self._links = {host: link for host, link in self._links.items() if not link.lost}
        there = sum(max(link.places, link.used) for link in self._links.values())
        self._sized(self._places + there)
