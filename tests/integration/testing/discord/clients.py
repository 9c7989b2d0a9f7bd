"""What the tests of the fake share: its furniture, and a discord.py client that takes notes."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from carrel.testing.discord import FakeDiscord, Person
from carrel.testing.discord.model import Channel, Guild

with warnings.catch_warnings():
    # discord.py imports audioop, which Python 3.13 no longer has.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord


@dataclass
class Home:
    """The fake with a server `home`, its channel `general` and a person, Ada."""

    fake: FakeDiscord
    guild: Guild
    general: Channel
    ada: Person


@dataclass
class Bot:
    """A connected discord.py client and what it heard."""

    client: discord.Client
    heard: list[discord.Message] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        kinds = (discord.MessageType.default, discord.MessageType.reply)
        said = (message for message in self.heard if message.type in kinds)
        return [message.content for message in said if not message.author.bot]

    def place(self, channel: Channel) -> discord.abc.Messageable:
        return self.client.get_partial_messageable(int(channel.id))


class Listening(discord.Client):
    """Writes down what it hears."""

    def __init__(self, fake: FakeDiscord, intents: discord.Intents) -> None:
        super().__init__(
            intents=intents,
            max_messages=None,
            guild_ready_timeout=0.05,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.fake = fake
        self.bot = Bot(self)

    async def on_message(self, message: discord.Message) -> None:
        self.bot.heard.append(message)
        self.changed()

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        self.bot.events.append(event)
        super().dispatch(event, *args, **kwargs)
        self.changed()

    def changed(self) -> None:
        self.fake._note()


@asynccontextmanager
async def running(fake: FakeDiscord, client: discord.Client) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(client.start(fake.token))
        try:
            yield
        finally:
            await client.close()
            task.cancel()
