"""The cap on live engines: who holds a place, who waits for one, whose turn it is to give way."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from carrel.ports.clock import Clock
from carrel.tasks import Tasks

Note = Callable[[int], Awaitable[None]]
"""Told the position in the line (1 is next) when a holder has to wait."""

TENURE = 10.0

log = structlog.get_logger(__name__)


class Holder(Protocol):
    """Somebody with a live engine."""

    @property
    def busy(self) -> bool:
        """Whether a turn runs on it."""
        ...

    async def vacate(self) -> None:
        """Close the engine."""
        ...


class Seats:
    """At most `size` holders at once, first come first served; the least recently used gives way.

    A holder that starts its next turn while others wait goes to the end of the line, unless it has
    had its place for less than `tenure` seconds: to open an engine for each turn costs a second.

    The size may change while hosts come and go. Where it shrinks below what is taken, those that
    are idle give way at once, and each of the others before its next turn.
    """

    def __init__(self, size: int, clock: Clock, tenure: float = TENURE) -> None:
        self._size, self._clock, self._tenure = size, clock, tenure
        self._held: OrderedDict[Holder, float] = OrderedDict()
        self._leaving = 0
        self._line: deque[tuple[Holder, asyncio.Future[None]]] = deque()
        self._tasks = Tasks("seats")

    @property
    def held(self) -> int:
        """How many places are taken, those of engines that are just closing included."""
        return len(self._held) + self._leaving

    @property
    def size(self) -> int:
        """How many places there are."""
        return self._size

    def resize(self, size: int) -> None:
        """There are so many from now on."""
        self._size = size
        self._admit()
        if self._too_many:
            self._tasks.start(self._shrink(), "shrink")

    async def take(self, holder: Holder, note: Note) -> None:
        """Return once `holder` has a place. It keeps it until `give_back`."""
        is_free = not self._line and (holder in self._held or self.held < self._size)
        if not self._too_many and (is_free or self._is_new(holder)):
            self._seat(holder)
        else:
            await self._wait(holder, note)

    async def take_spare(self, holder: Holder) -> bool:
        """Take a place that nobody waits for or works on; whether `holder` has one now.

        The least recently used engine that is idle gives way to it, a busy one never.
        """
        if holder not in self._held and self.held >= self._size and not self._line:
            await self._make_room_for_one()
        if holder not in self._held and (self._line or self.held >= self._size):
            return False
        self._seat(holder)
        return True

    def give_back(self, holder: Holder) -> None:
        """The holder's engine is closed; the next in line may go."""
        self._held.pop(holder, None)
        self._admit()

    async def rest(self, holder: Holder) -> None:
        """The holder has nothing more to do: it gives way if somebody waits."""
        if (self._line or self._too_many) and holder in self._held and not holder.busy:
            await self._evict(holder)

    @property
    def _too_many(self) -> bool:
        return self.held > self._size

    async def _shrink(self) -> None:
        while self._too_many and (idle := self._idle()) is not None:
            await self._evict(idle)

    def _seat(self, holder: Holder) -> None:
        self._held.setdefault(holder, self._clock.monotonic())
        self._held.move_to_end(holder)

    def _is_new(self, holder: Holder) -> bool:
        since = self._held.get(holder)
        return since is not None and self._clock.monotonic() - since < self._tenure

    async def _wait(self, holder: Holder, note: Note) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (holder, place)
        self._line.append(entry)
        try:
            if holder in self._held:
                await self._evict(holder)
            await self._make_room()
            if not place.done():
                await note(len(self._line))
            await place
        except BaseException:
            if entry in self._line:
                self._line.remove(entry)
            elif place.done() and not place.cancelled():
                self.give_back(holder)
            raise

    async def _make_room(self) -> None:
        self._admit()
        if self._line:
            await self._make_room_for_one()

    async def _make_room_for_one(self) -> None:
        idle = self._idle()
        if idle is not None:
            await self._evict(idle)

    def _idle(self) -> Holder | None:
        return next((one for one in self._held if not one.busy), None)

    async def _evict(self, holder: Holder) -> None:
        """The place counts as taken until the engine is closed; then the next in line has it.

        Carried through even if whoever wants the place goes away in the middle.
        """
        self._held.pop(holder, None)
        self._leaving += 1
        await asyncio.shield(self._tasks.start(self._vacated(holder), "vacate"))

    async def _vacated(self, holder: Holder) -> None:
        try:
            await holder.vacate()
        except Exception:
            log.exception("an engine that gave way was not closed in order")
        finally:
            self._leaving -= 1
            self._admit()

    def _admit(self) -> None:
        while self._line and self.held < self._size:
            holder, place = self._line.popleft()
            if not place.done():
                self._seat(holder)
                place.set_result(None)
