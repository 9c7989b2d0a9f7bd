"""A bot that runs against the fake, with the way in of the conformance suite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from carrel.core.messages import Body, Inbound, Outbound
from carrel.core.model import Conversation
from carrel.platforms.telegram import KIND, doctor, polling
from carrel.platforms.telegram.settings import Telegram
from carrel.ports.platform import Platform, PlatformParts, Receipt
from carrel.runtime.clock import SystemClock
from carrel.testing.platform_conformance import Gateway
from carrel.testing.telegram import FakeTelegram, Person
from carrel.testing.telegram.model import Chat


@dataclass
class World:
    """Ada and Bob in a group, and a bot."""

    fake: FakeTelegram
    folder: Path
    ada: Person
    bob: Person
    group: Chat
    gateway: Gateway = field(default_factory=Gateway)
    platform: Platform | None = None

    @property
    def heard(self) -> list[Inbound]:
        return self.gateway.heard

    @property
    def place(self) -> Conversation:
        return Conversation("telegram", str(self.group.id))

    def parts(self) -> PlatformParts:
        environ = {"TELEGRAM_TOKEN": self.fake.token}
        return PlatformParts(
            self.folder, self.folder, SystemClock(), 5_000_000, environ, lambda _: None
        )

    def table(self) -> Telegram:
        return Telegram(base_url=self.fake.url)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Platform]:
        """A bot that listens; leaving kills it without a word."""
        self.platform = platform = KIND.build(self.table(), self.parts())
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

    def shown(self, chat: Chat | None = None, topic: int | None = None) -> list[str]:
        return [one.text for one in self.fake.answers(chat or self.group, topic)]


async def until(holds, within: float = 5.0) -> None:
    """Look until it holds: not all that is waited for is a line of the ledger."""
    for _ in range(int(within / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not seen within {within} s: {holds}")


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(polling, "ALBUM_S", 0.15)
    monkeypatch.setattr(doctor, "RIVAL_S", 0)
    async with FakeTelegram() as fake:
        ada, bob = fake.person("ada"), fake.person("bob")
        yield World(fake, tmp_path, ada, bob, fake.world.group("family", ada.user, bob.user))
