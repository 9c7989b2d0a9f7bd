"""A fake Discord with one server, and discord.py connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import yarl
from tests.integration.testing.discord.clients import Bot, Home, Listening, discord, running

from carrel.testing.discord import FakeDiscord, Limits


@pytest.fixture
async def home(request: pytest.FixtureRequest) -> AsyncIterator[Home]:
    options = getattr(request, "param", {"limits": Limits.none()})
    async with FakeDiscord(**options) as fake:
        guild = fake.world.guild("home")
        general = fake.world.channel(guild, "general")
        yield Home(fake, guild, general, fake.world.person("ada", guild))


@pytest.fixture
def pointed(monkeypatch: pytest.MonkeyPatch, home: Home) -> Home:
    monkeypatch.setattr(discord.http.Route, "BASE", home.fake.rest_url)
    gateway = yarl.URL(home.fake.gateway_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    return home


@pytest.fixture
async def bot(pointed: Home) -> AsyncIterator[Bot]:
    client = Listening(pointed.fake, discord.Intents.all())
    async with running(pointed.fake, client):
        await pointed.fake.until(lambda: "ready" in client.bot.events)
        yield client.bot
