"""A bot that runs against a network's fake, with the way in of the conformance suite."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from carrel.core.admission import People
from carrel.core.messages import Body, Inbound, Outbound
from carrel.core.model import Conversation
from carrel.ports.platform import Platform, PlatformParts, Receipt
from carrel.runtime.catchup import CatchUp
from carrel.runtime.clock import SystemClock
from carrel.testing.house import House
from carrel.testing.platform_conformance import Gateway

HOUR = 3600.0


@dataclass
class BotWorld(ABC):
    """Somewhere to speak, and a bot."""

    folder: Path
    gateway: Gateway = field(default_factory=Gateway, kw_only=True)
    platform: Platform | None = field(default=None, kw_only=True)

    @property
    @abstractmethod
    def environ(self) -> dict[str, str]: ...

    @property
    @abstractmethod
    def place(self) -> Conversation: ...

    @abstractmethod
    def build(self) -> Platform: ...

    @property
    def heard(self) -> list[Inbound]:
        return self.gateway.heard

    def parts(self) -> PlatformParts:
        clock, environ = SystemClock(), self.environ
        return PlatformParts(self.folder, self.folder, clock, 5_000_000, environ, lambda _: None)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Platform]:
        """A bot that listens; leaving kills it without a word."""
        self.platform = platform = self.build()
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(platform.run(self.gateway))
            await until(lambda: platform.listening)
            try:
                yield platform
            finally:
                listening.cancel()

    async def hears(self, count: int = 1) -> list[Inbound]:
        """Wait for so many messages."""
        await until(lambda: len(self.heard) >= count)
        return self.heard

    async def send(
        self, body: Body, ref: str | None = None, *, again: bool = False, nonce: str = "n",
        place: Conversation | None = None,
    ) -> Receipt:  # fmt: skip
        outbound = Outbound(nonce, place or self.place, body)
        return await self.platform.send(outbound, ref, again=again)


@asynccontextmanager
async def taken_in(world: BotWorld, people: People) -> AsyncIterator[House]:
    """The bot with the real way in, and an engine that echoes."""
    platform, clock = world.build(), SystemClock()
    world.platform = platform
    async with House(world.folder / "sessions", platform=platform, clock=clock) as house:
        house.guestbook.listed = people
        way = CatchUp(platform, house.intake, house.store, clock, HOUR, HOUR)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(way.run())
            await until(lambda: platform.listening)
            try:
                yield house
            finally:
                listening.cancel()


async def until(holds, within: float = 5.0) -> None:
    """Look until it holds: not all that is waited for is a line of the ledger."""
    for _ in range(int(within / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not seen within {within} s: {holds}")
