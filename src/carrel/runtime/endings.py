"""How the gateway is told to end: in good order, in a hurry, or when its turns are over."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from carrel.tasks import Tasks


class Endings:
    """`stop` is set when it shall end, `hurry` when it shall not wait for turns that run.

    `patient`: it was asked to wait for those however long they take.
    """

    def __init__(self) -> None:
        self.stop, self.hurry = asyncio.Event(), asyncio.Event()
        self.patient = False

    def drain(self) -> None:
        """End when the turns that run are over."""
        self.patient = True
        self.stop.set()

    async def before(
        self, work: Awaitable[object], farewell: Callable[[], Awaitable[None]]
    ) -> bool:
        """Await `work`, raising what it raises; False, and it is cut off, when told to end.

        `farewell` comes before it is cut off.
        """
        tasks = Tasks("endings")

        async def cut(scope: asyncio.Timeout) -> None:
            await self.stop.wait()
            try:
                await farewell()
            finally:
                scope.reschedule(0.0)

        try:
            async with asyncio.timeout(None) as scope:
                tasks.start(cut(scope), "cut")
                await work
        except TimeoutError:
            if not scope.expired():
                raise
            return False
        finally:
            await tasks.close()
        return True

    def listen(self) -> None:
        """The first signal stops in good order; the second does not wait for running turns."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            (self.hurry if self.stop.is_set() else self.stop).set()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, told)
