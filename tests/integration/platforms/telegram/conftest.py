"""Ada and Bob in a group of the fake Telegram, and a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.platforms.world import BotWorld, until

from carrel.core.model import Conversation
from carrel.platforms.telegram import KIND, doctor, polling
from carrel.platforms.telegram.settings import Telegram
from carrel.ports.platform import Platform
from carrel.testing.telegram import FakeTelegram, Person
from carrel.testing.telegram.model import Chat

__all__ = ["World", "until"]


@dataclass
class World(BotWorld):
    """Where they are."""

    fake: FakeTelegram
    ada: Person
    bob: Person
    group: Chat

    @property
    def environ(self) -> dict[str, str]:
        return {"TELEGRAM_TOKEN": self.fake.token}

    @property
    def place(self) -> Conversation:
        return Conversation("telegram", str(self.group.id))

    def table(self) -> Telegram:
        return Telegram(base_url=self.fake.url)

    def build(self) -> Platform:
        return KIND.build(self.table(), self.parts())

    def shown(self, chat: Chat | None = None, topic: int | None = None) -> list[str]:
        return [one.text for one in self.fake.answers(chat or self.group, topic)]


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(polling, "ALBUM_S", 0.15)
    monkeypatch.setattr(doctor, "RIVAL_S", 0)
    async with FakeTelegram() as fake:
        ada, bob = fake.person("ada"), fake.person("bob")
        yield World(tmp_path, fake, ada, bob, fake.world.group("family", ada.user, bob.user))
