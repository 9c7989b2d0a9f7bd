"""What was heard in each place, in the order in which it came; no place waits for another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

import structlog

from carrel.core.errors import Unavailable
from carrel.ports.clock import Clock
from carrel.tasks import Tasks

Work = Callable[[], Awaitable[None]]

MOST = 5_000
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0

log = structlog.get_logger(__name__)


class Lanes:
    """One queue for each place with something to do; shut until what was missed is known.

    Work that raises Unavailable is done again, and what is behind it waits.
    """

    def __init__(self, clock: Clock, tasks: Tasks) -> None:
        self._clock, self._tasks = clock, tasks
        self._queues: dict[Hashable, deque[Work]] = {}
        self._open = asyncio.Event()
        self._waiting = 0

    def put(self, place: Hashable, work: Work) -> bool:
        """Take on work; False when too much waits already, and it was not taken."""
        if self._waiting >= MOST:
            return False
        self._waiting += 1
        queue = self._queues.get(place)
        if queue is not None:
            queue.append(work)
            return True
        queue = self._queues[place] = deque([work])
        self._tasks.start(self._run(place, queue), str(place))
        return True

    def forget(self) -> None:
        """Drop all that is not begun: its caller knows where it is to be found again."""
        for queue in self._queues.values():
            self._waiting -= len(queue) - 1
            first = queue.popleft()
            queue.clear()
            queue.append(first)

    def open(self) -> None:
        """Work may be done."""
        self._open.set()

    def shut(self) -> None:
        """Work waits."""
        self._open.clear()

    async def _run(self, place: Hashable, queue: deque[Work]) -> None:
        while queue:
            await self._open.wait()
            await self._do(queue[0])
            queue.popleft()
            self._waiting -= 1
        del self._queues[place]

    async def _do(self, work: Work) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                return await work()
            except Unavailable as error:
                if pause == FIRST_PAUSE:
                    log.warning("not taken in, tried again", error=str(error))
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except Exception:
                log.exception("an event could not be read")
                return None
