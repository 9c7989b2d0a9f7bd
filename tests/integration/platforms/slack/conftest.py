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
from carrel.platforms.slack import KIND
from carrel.platforms.slack.settings import Slack
from carrel.ports.platform import Platform, PlatformParts, Receipt
from carrel.runtime.clock import SystemClock
from carrel.testing.platform_conformance import Gateway
from carrel.testing.slack import FakeSlack, Person
from carrel.testing.slack.model import Channel


@dataclass
class World:
    """Ada and Bob in a channel, and a bot."""

    fake: FakeSlack
    folder: Path
    ada: Person
    bob: Person
    channel: Channel
    gateway: Gateway = field(default_factory=Gateway)
    platform: Platform | None = None

    @property
    def heard(self) -> list[Inbound]:
        return self.gateway.heard

    @property
    def place(self) -> Conversation:
        return Conversation("slack", self.channel.id)

    def parts(self) -> PlatformParts:
        environ = {"SLACK_BOT_TOKEN": self.fake.bot_token, "SLACK_APP_TOKEN": self.fake.app_token}
        return PlatformParts(
            self.folder, self.folder, SystemClock(), 5_000_000, environ, lambda _: None
        )

    def table(self) -> Slack:
        return Slack(base_url=self.fake.url)

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

    async def send(self, body: Body, ref: str | None = None, *, again: bool = False) -> Receipt:
        return await self.platform.send(Outbound("n", self.place, body), ref, again=again)

    def shown(self, thread: str | None = None) -> list[str]:
        return [one.read for one in self.fake.answers(self.channel, thread)]


async def until(holds, within: float = 5.0) -> None:
    """Look until it holds: not all that is waited for is a line of the ledger."""
    for _ in range(int(within / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not seen within {within} s: {holds}")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with FakeSlack() as fake:
        ada, bob = fake.person("ada"), fake.person("bob")
        yield World(fake, tmp_path, ada, bob, fake.world.channel("family", ada.user, bob.user))
