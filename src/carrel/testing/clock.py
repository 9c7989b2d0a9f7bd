"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class ManualClock:
    """Seconds pass only in `advance`; whoever sleeps is woken in order."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self._now = start
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> float:
        """Unix time, as set."""
        return self._now

    def monotonic(self) -> float:
        """The same; this clock never goes back."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has passed `seconds`; at once when they are not positive."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self._now + seconds, next(self._numbers), woken))
        await woken

    async def slept_on(self) -> None:
        """Wait until somebody sleeps; what lets them may come from another thread."""
        while not self._sleeping:  # noqa: ASYNC110 - an Event could not be set from there
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, and whoever wakes run as far as they can at once."""
        end = self._now + seconds
        while self._sleeping and self._sleeping[0][0] <= end:
            self._now, _, woken = heapq.heappop(self._sleeping)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._now = end
        await settle()


async def settle(rounds: int = 30) -> None:
    """Let every task that is ready run until it waits for something from outside."""
    for _ in range(rounds):
        await asyncio.sleep(0)
