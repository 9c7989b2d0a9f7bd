"""Hints that something about the hosts is new. Whoever misses one finds it out a moment later."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import psycopg

from carrel.ports.clock import Clock
from carrel.stores.postgres.address import Address, listening
from carrel.tasks import Tasks

CHANNEL: Final = "carrel_hosts"

AGAIN_S: Final = 5.0
"""Seconds until the next try to listen."""


class Hints:
    """What the server says to all hosts, heard on a connection of its own."""

    def __init__(self, address: Address, clock: Clock) -> None:
        self._address, self._clock = address, clock
        self._heard = asyncio.Event()
        self._tasks = Tasks("hints")

    def open(self) -> None:
        """Listen from now on; a connection that is lost is made anew."""
        self._tasks.start(self._listen(), "listen")

    async def close(self) -> None:
        """Listen no more. Idempotent."""
        await self._tasks.close()

    async def wait(self, seconds: float) -> None:
        """Return with the next hint, or after so many seconds."""
        ways = {
            self._tasks.start(self._clock.sleep(seconds), "sleep"),
            self._tasks.start(self._heard.wait(), "hint"),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
        self._heard.clear()

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.Error):
                async with await listening(self._address) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._heard.set()  # what was said before that was not heard
                    async for _ in connection.notifies():
                        self._heard.set()
            await self._clock.sleep(AGAIN_S)
