"""getUpdates: what was asked for is given until a later one is; and one program at a time."""

from __future__ import annotations

import asyncio
from typing import Any

from carrel.testing.telegram.model import Json
from carrel.testing.telegram.problems import HOOKED, TAKEN, ApiError
from carrel.testing.telegram.world import World

MOST = 100


class Polls:
    """The way out of updates."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._current: object = None
        self._news = asyncio.Event()
        world.listen(self._wake)

    def _wake(self) -> None:
        self._news.set()

    def close(self) -> None:
        """End whoever waits."""
        self._current = None
        self._news.set()

    async def get(self, given: dict[str, Any]) -> list[Json]:
        """The updates, or none after the time that was asked for. ApiError 409."""
        bot, me = self._world.bot, object()
        if bot.webhook:
            raise ApiError(409, HOOKED)
        self._current = me
        self._news.set()  # who waits is sent away
        self._confirm(int(given.get("offset", 0)))
        most = max(1, min(int(given.get("limit", MOST)), MOST))
        bot.kinds = frozenset(given.get("allowed_updates") or bot.kinds)
        loop = asyncio.get_running_loop()
        end = loop.time() + float(given.get("timeout", 0))
        while True:
            if self._current is not me:
                raise ApiError(409, TAKEN)
            if bot.updates or loop.time() >= end:
                found = [*bot.updates.values()][:most]
                for one in found:
                    self._world.ledger.add("given", update=one["update_id"])
                return found
            await self._wait(end - loop.time())

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _confirm(self, offset: int) -> None:
        """Forget everything before the offset: whoever asks for later ones has it."""
        updates = self._world.bot.updates
        for number in [one for one in updates if one < offset]:
            del updates[number]
            self._world.ledger.add("confirmed", update=number)
