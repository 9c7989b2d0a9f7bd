"""Carrel between a fake Discord and an engine that follows a script: everything but the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from carrel.core.admission import People
from carrel.core.events import Event
from carrel.core.model import SessionKey
from carrel.core.routing import Rules
from carrel.engines.script import Script
from carrel.engines.scripted import ScriptedEngine
from carrel.platforms.discord import KIND
from carrel.platforms.discord.platform import DiscordPlatform
from carrel.platforms.discord.settings import Discord
from carrel.ports.platform import PlatformParts
from carrel.runtime.catchup import CatchUp
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import SqliteStore
from carrel.testing.discord import FakeDiscord, Person
from carrel.testing.discord.model import Channel, Guild, Message
from carrel.testing.house import House

MAX_FILE = 1_000_000
HOUR = 3600.0


@dataclass
class Town:
    """A server `home` with `#general`; Ada is an owner, Mia a member, Eve a stranger.

    `async with` starts Carrel; it may be entered again for a restart on the same store.
    """

    folder: Path
    fake: FakeDiscord
    guild: Guild
    general: Channel
    ada: Person
    mia: Person
    eve: Person
    rules: Rules = field(default_factory=lambda: Rules(waiting="queue"))
    people: People = field(default_factory=People)
    script: Script | None = None
    max_age: float = HOUR
    sweep: float = HOUR
    table: Discord = field(init=False)
    platform: DiscordPlatform = field(init=False)
    house: House = field(init=False)
    told: list[tuple[SessionKey, Event]] = field(default_factory=list)
    running: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.table = Discord(rest_url=self.fake.rest_url, gateway_url=self.fake.gateway_url)
        owners = frozenset({f"discord:{self.ada.id}"})
        self.people = People(owners=owners, members=frozenset({f"discord:{self.mia.id}"}))

    @classmethod
    def furnish(cls, folder: Path, fake: FakeDiscord) -> Town:
        """The server and its people."""
        guild = fake.world.guild("home")
        general = fake.world.channel(guild, "general")
        people = [fake.world.person(name, guild) for name in ("ada", "mia", "eve")]
        return cls(folder, fake, guild, general, *people)

    async def __aenter__(self) -> Self:
        clock = SystemClock()
        environ = {"DISCORD_TOKEN": self.fake.token}
        parts = PlatformParts(self.folder, self.folder, clock, MAX_FILE, environ, lambda _: None)
        self.platform = KIND.build(self.table, parts)
        store = SqliteStore(self.folder / "carrel.db", self.folder / "backups", clock)
        engine = ScriptedEngine(self.script) if self.script else ScriptedEngine()
        self.house = House(
            self.folder / "sessions",
            store=store,
            engine=engine,
            platform=self.platform,
            clock=clock,
            rules=self.rules,
        )
        await self.house.__aenter__()
        self.house.guestbook.listed = self.people
        self._listen_in()
        way_in = CatchUp(self.platform, self.house.intake, store, clock, self.max_age, self.sweep)
        self.running = asyncio.create_task(way_in.run())
        await self.fake.until(lambda: self.platform.listening)
        return self

    def _listen_in(self) -> None:
        """Every event that reaches a session, with the session's key."""
        registry = self.house.registry
        tell, heed = registry.tell, registry.heed

        async def told(key: SessionKey, event: Event) -> None:
            self.told.append((key, event))
            await tell(key, event)

        async def heeded(key: SessionKey, event: Event) -> None:
            self.told.append((key, event))
            await heed(key, event)

        registry.tell, registry.heed = told, heeded

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.house.stop()
        await self.hang_up()
        await self.house.store.close()

    async def hang_up(self) -> None:
        """End the connection."""
        if self.running is not None:
            self.running.cancel()
            await asyncio.wait({self.running})
            self.running = None

    async def until(self, seen: Callable[[], object], within: float = 15.0) -> None:
        """Wait until something can be seen, in the fake or in Carrel."""
        async with asyncio.timeout(within):
            while not seen():
                with suppress(TimeoutError):
                    await self.fake.until(seen, 0.02)

    async def registered(self) -> None:
        """Wait until the slash commands are there."""
        held = self.fake.application.commands
        await self.until(lambda: held.get(self.guild.id) and held.get(None))

    def answers(self, channel: Channel | None = None) -> list[str]:
        """What the bot has said that is an answer: its words without the footer."""
        said = self.fake.answers(channel or self.general)
        return [one.content.split("\n-# ")[0] for one in said if "\n-# " in one.content]

    def last(self, channel: Channel | None = None) -> Message:
        """The newest thing that the bot has said."""
        return self.fake.answers(channel or self.general)[-1]

    def texts(self, channel: Channel | None = None) -> list[str]:
        """Everything that the bot has said."""
        return [one.content for one in self.fake.answers(channel or self.general)]

    def prompts(self) -> list[str]:
        """What the engine was asked, in order."""
        return [prompt.text for prompt in self.house.engine.heard.prompts]
