"""Telegram keeps the port's promises, over the wire to a fake that enforces Telegram's rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.integration.platforms.world import until

from carrel.core.model import Conversation
from carrel.platforms.telegram import KIND
from carrel.platforms.telegram.settings import Telegram
from carrel.ports.platform import Platform, PlatformParts
from carrel.runtime.clock import SystemClock
from carrel.testing.platform_conformance import PlatformConformance, Written
from carrel.testing.telegram import FakeTelegram, Person
from carrel.testing.telegram.model import Chat, Message
from carrel.testing.telegram.payloads import message_json

MAX_FILE = 5_000_000


@dataclass
class TelegramBench:
    """Ada in a topic of a group."""

    platform: Platform
    fake: FakeTelegram
    ada: Person
    chat: Chat
    topic: int
    said: dict[str, Message] = field(default_factory=dict)

    @property
    def place(self) -> Conversation:
        return Conversation("telegram", str(self.chat.id), str(self.topic))

    async def ready(self) -> None:
        await until(lambda: self.platform.listening)

    async def write(self, message: str, text: str, files: tuple[bytes, ...] = ()) -> Written:
        """Acknowledged is what a later ask confirms."""
        world, before = self.fake.world, len(self._shown())
        if message in self.said:
            number = world.tell("message", message_json(self.said[message]))
        else:
            named = {f"{n}.bin": content for n, content in enumerate(files)}
            self.said[message] = self.ada.says(self.chat, text, topic=self.topic, files=named)
            number = max(world.bot.updates)
        try:
            await self.fake.until(lambda: number not in world.bot.updates, 0.5)
        except TimeoutError:
            return Written(acknowledged=False)
        for _ in range(20):
            if len(self._shown()) > before:
                return Written(acknowledged=True, told=self._shown()[-1].text)
            await asyncio.sleep(0.005)
        return Written(acknowledged=True)

    def _shown(self) -> list[Message]:
        return self.fake.answers(self.chat, self.topic)

    async def read(self) -> tuple[str, ...]:
        """Words and the names of files, as a person has them before them."""
        return tuple(
            "\n".join([one.text, *(file.name for file in one.files)]) for one in self._shown()
        )


class TestTelegram(PlatformConformance):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[TelegramBench]:
        async with FakeTelegram() as fake:
            ada = fake.person("ada")
            chat = fake.world.group("home", ada.user, forum=True)
            topic = ada.opens_topic(chat, "general")
            environ = {"TELEGRAM_TOKEN": fake.token}
            parts = PlatformParts(
                tmp_path, tmp_path, SystemClock(), MAX_FILE, environ, lambda _: None
            )
            platform = KIND.build(Telegram(base_url=fake.url), parts)
            yield TelegramBench(platform, fake, ada, chat, topic)
