"""Shows that an answer is being written: for as long as there is progress, and never after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from carrel.core.model import Conversation
from carrel.ports.clock import Clock
from carrel.ports.platform import Platform
from carrel.tasks import Tasks


class Typing:
    """One task for each conversation in which a turn is at work."""

    def __init__(self, platforms: Mapping[str, Platform], clock: Clock) -> None:
        self._platforms, self._clock = platforms, clock
        self._tasks = Tasks("typing")
        self._kept: dict[str, asyncio.Task[None]] = {}

    def keep(self, place: Conversation) -> None:
        """Show it from now on, until `stop`. Idempotent."""
        platform = self._platforms.get(place.platform)
        if platform is None or not platform.limits.typing_every or place.address in self._kept:
            return
        self._kept[place.address] = self._tasks.start(self._show(platform, place), place.address)

    def stop(self, place: Conversation) -> None:
        """Show it no more. Idempotent."""
        task = self._kept.pop(place.address, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """Show nothing any more."""
        await self._tasks.close()

    async def _show(self, platform: Platform, place: Conversation) -> None:
        while True:
            await platform.typing(place)
            await self._clock.sleep(platform.limits.typing_every)
