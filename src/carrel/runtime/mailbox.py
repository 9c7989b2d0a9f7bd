"""Where a session's events wait their turn: bounded, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from carrel.core.events import Event
from carrel.tasks import Tasks


class Mailbox:
    """The queue of one actor, for at most `room` events. `tasks` are the actor's own."""

    def __init__(self, room: int, tasks: Tasks) -> None:
        self._queue: asyncio.Queue[tuple[Event, asyncio.Event | None]] = asyncio.Queue(room)
        self._tasks = tasks
        self._over = asyncio.Event()
        self._heeded: asyncio.Event | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._queue.empty()

    async def put(self, event: Event) -> None:
        """Leave an event here; waits while it is full and somebody reads it."""
        await self._put(event, None)

    async def heed(self, event: Event) -> bool:
        """The same, until the reader is done with it; False if nobody reads here any more."""
        heeded = asyncio.Event()
        await self._put(event, heeded)
        await self._unless_over(heeded.wait(), "heed")
        return heeded.is_set()

    async def next(self) -> Event:
        """The next event, for the one reader."""
        event, self._heeded = await self._queue.get()
        return event

    def done(self) -> None:
        """What `next` gave last is dealt with, and saved."""
        if self._heeded is not None:
            self._heeded.set()

    def close(self) -> None:
        """Nobody reads here any more."""
        self._over.set()

    async def _put(self, event: Event, heeded: asyncio.Event | None) -> None:
        if self._queue.full():
            await self._unless_over(self._queue.put((event, heeded)), "put")
        else:
            self._queue.put_nowait((event, heeded))

    async def _unless_over(self, work: Coroutine[None, None, object], name: str) -> None:
        """Wait for it as long as somebody reads here."""
        doing = self._tasks.start(work, name)
        over = self._tasks.start(self._over.wait(), "over")
        await asyncio.wait({doing, over}, return_when=asyncio.FIRST_COMPLETED)
        doing.cancel()
        over.cancel()
