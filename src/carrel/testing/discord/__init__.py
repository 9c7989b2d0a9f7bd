"""A wire-level fake of Discord: REST v10, the gateway and its files, with faults on demand.

    async with FakeDiscord() as discord:
        guild = discord.world.guild("home")
        general = discord.world.channel(guild, "general")
        ada = discord.world.person("ada", guild)
        ...  # start a bot with discord.token, discord.rest_url and discord.gateway_url
        discord.faults.drop_after_commit("POST", "/channels/*/messages")
        ada.says(general, "hello")
        await discord.until(lambda: discord.answers(general))

It serves on aiohttp, which discord.py brings: one port for REST and WebSocket, and a transport at
hand that can be reset. `fixture.fake_discord` is a pytest fixture; `python -m
carrel.testing.discord` is a process, moved over HTTP as `control` tells.
"""

from carrel.testing.discord.limits import Limit, Limits
from carrel.testing.discord.people import Person
from carrel.testing.discord.permissions import Permission
from carrel.testing.discord.server import FakeDiscord

__all__ = ["FakeDiscord", "Limit", "Limits", "Permission", "Person"]
