"""Discord keeps the port's promises, over the wire to a fake that enforces Discord's rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from carrel.core.model import Conversation
from carrel.platforms.discord import KIND
from carrel.platforms.discord.settings import Discord
from carrel.ports.platform import Platform, PlatformParts
from carrel.runtime.clock import SystemClock
from carrel.testing.discord import FakeDiscord, Limits, Person
from carrel.testing.discord.model import Channel, Message
from carrel.testing.discord.posting import show
from carrel.testing.platform_conformance import PlatformConformance, Written

MAX_FILE = 5_000_000


@dataclass
class DiscordBench:
    """Ada in a channel of a server."""

    platform: Platform
    fake: FakeDiscord
    ada: Person
    channel: Channel
    said: dict[str, Message] = field(default_factory=dict)

    @property
    def place(self) -> Conversation:
        return Conversation("discord", self.channel.id)

    async def ready(self) -> None:
        await self.fake.until(lambda: self.platform.listening)

    async def write(self, message: str, text: str, files: tuple[bytes, ...] = ()) -> Written:
        """Discord is told nothing; what is not taken in stays in the place's lane."""
        before = len(self.fake.answers(self.channel))
        if message in self.said:
            show(self.fake.world, self.channel, self.said[message])
        else:
            named = {f"{n}.bin": content for n, content in enumerate(files)}
            self.said[message] = self.ada.says(self.channel, text, files=named)
        taken = await self._is_taken()
        told = [one.content for one in self.fake.answers(self.channel)[before:]]
        return Written(taken, told[0] if told else "")

    async def _is_taken(self) -> bool:
        lanes = self.platform._link._lanes
        await self.fake.heard()
        for _ in range(100):
            if not lanes._queues:
                return True
            await asyncio.sleep(0.005)
        return False

    async def read(self) -> tuple[str, ...]:
        """Words, cards, buttons and the names of files, as a person has them before them."""
        return tuple(
            "\n".join(
                [
                    one.content,
                    *(embed.get("description", "") for embed in one.embeds),
                    *(file.filename for file in one.attachments),
                ]
            )
            for one in self.fake.answers(self.channel)
        )


class TestDiscord(PlatformConformance):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[DiscordBench]:
        async with FakeDiscord(limits=Limits.none()) as fake:
            guild = fake.world.guild("home")
            channel = fake.world.channel(guild, "general")
            ada = fake.world.person("ada", guild)
            table = Discord(rest_url=fake.rest_url, gateway_url=fake.gateway_url)
            environ = {"DISCORD_TOKEN": fake.token}
            parts = PlatformParts(
                tmp_path, tmp_path, SystemClock(), MAX_FILE, environ, lambda _: None
            )
            yield DiscordBench(KIND.build(table, parts), fake, ada, channel)
