"""Ada and Bob in a channel of the fake Slack, and a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.platforms.world import BotWorld, until

from carrel.core.model import Conversation
from carrel.platforms.slack import KIND
from carrel.platforms.slack.settings import Slack
from carrel.ports.platform import Platform
from carrel.testing.slack import FakeSlack, Person
from carrel.testing.slack.model import Channel

__all__ = ["World", "until"]


@dataclass
class World(BotWorld):
    """Where they are."""

    fake: FakeSlack
    ada: Person
    bob: Person
    channel: Channel

    @property
    def environ(self) -> dict[str, str]:
        return {"SLACK_BOT_TOKEN": self.fake.bot_token, "SLACK_APP_TOKEN": self.fake.app_token}

    @property
    def place(self) -> Conversation:
        return Conversation("slack", self.channel.id)

    def table(self) -> Slack:
        return Slack(base_url=self.fake.url)

    def build(self) -> Platform:
        return KIND.build(self.table(), self.parts())

    def shown(self, thread: str | None = None) -> list[str]:
        return [one.read for one in self.fake.answers(self.channel, thread)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with FakeSlack() as fake:
        ada, bob = fake.person("ada"), fake.person("bob")
        yield World(tmp_path, fake, ada, bob, fake.world.channel("family", ada.user, bob.user))
