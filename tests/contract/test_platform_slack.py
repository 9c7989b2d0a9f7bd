"""Slack keeps the port's promises, over the wire to a fake that enforces Slack's rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.integration.platforms.world import until

from carrel.core.model import Conversation
from carrel.platforms.slack import KIND
from carrel.platforms.slack.settings import Slack
from carrel.ports.platform import Platform, PlatformParts
from carrel.runtime.clock import SystemClock
from carrel.testing.platform_conformance import PlatformConformance, Written
from carrel.testing.slack import FakeSlack, Person
from carrel.testing.slack.model import Channel, Message

MAX_FILE = 5_000_000


@dataclass
class SlackBench:
    """Ada in a thread of a channel."""

    platform: Platform
    fake: FakeSlack
    ada: Person
    channel: Channel
    thread: str
    said: dict[str, Message] = field(default_factory=dict)

    @property
    def place(self) -> Conversation:
        return Conversation("slack", self.channel.id, self.thread)

    async def ready(self) -> None:
        await until(lambda: self.platform.listening)

    async def write(self, message: str, text: str, files: tuple[bytes, ...] = ()) -> Written:
        """Acknowledged is what Slack need not give again."""
        before, acked = len(self._shown()), self._acknowledged()
        if message in self.said:
            self.fake.world.tell(self.said[message])
        else:
            named = {f"{n}.bin": content for n, content in enumerate(files)}
            self.said[message] = self.ada.says(self.channel, text, thread=self.thread, files=named)
        try:
            await self.fake.until(lambda: self._acknowledged() > acked, 0.5)
        except TimeoutError:
            return Written(acknowledged=False)
        for _ in range(20):
            if len(self._shown()) > before:
                return Written(acknowledged=True, told=self._shown()[-1].read)
            await asyncio.sleep(0.005)
        return Written(acknowledged=True)

    def _acknowledged(self) -> int:
        return len([*self.fake.ledger.of("acknowledged")])

    def _shown(self) -> list[Message]:
        return self.fake.answers(self.channel, self.thread)

    async def read(self) -> tuple[str, ...]:
        """Words and the names of files, as a person has them before them."""
        return tuple(
            "\n".join([one.read, *(file.name for file in one.files)]) for one in self._shown()
        )


class TestSlack(PlatformConformance):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SlackBench]:
        async with FakeSlack() as fake:
            ada = fake.person("ada")
            channel = fake.world.channel("home", ada.user)
            thread = ada.says(channel, "let us begin").ts
            fake.world.sockets.waiting.clear()
            environ = {"SLACK_BOT_TOKEN": fake.bot_token, "SLACK_APP_TOKEN": fake.app_token}
            parts = PlatformParts(
                tmp_path, tmp_path, SystemClock(), MAX_FILE, environ, lambda _: None
            )
            platform = KIND.build(Slack(base_url=fake.url), parts)
            yield SlackBench(platform, fake, ada, channel, thread)
