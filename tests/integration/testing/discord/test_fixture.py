"""The fixture that is shipped, as others use it."""

from __future__ import annotations

import aiohttp
import pytest

from carrel.testing.discord import FakeDiscord
from carrel.testing.discord.fixture import fake_discord

__all__ = ["fake_discord"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=2", [9, 8]),
        ("before={5}&limit=2", [4, 3]),
        ("after={5}&limit=2", [7, 6]),
        ("around={5}&limit=1", [5]),
        ("around={5}&limit=3", [6, 5, 4]),
        ("after={9}", []),
    ],
)
async def test_history_is_paged(fake_discord: FakeDiscord, query: str, found: list[int]) -> None:
    guild = fake_discord.world.guild("home")
    channel = fake_discord.world.channel(guild, "general")
    ada = fake_discord.world.person("ada", guild)
    ids = [ada.says(channel, f"{number}").id for number in range(10)]
    url = f"{fake_discord.rest_url}/channels/{channel.id}/messages?{query.format(*ids)}"
    headers = {"Authorization": f"Bot {fake_discord.token}"}
    async with aiohttp.request("GET", url, headers=headers) as answer:
        assert [int(each["content"]) for each in await answer.json()] == found
