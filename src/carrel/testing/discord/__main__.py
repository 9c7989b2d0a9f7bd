"""`python -m carrel.testing.discord --port 0 [--ledger FILE] [--guild NAME --channel NAME…]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from carrel.testing.discord.limits import Limits
from carrel.testing.discord.server import FakeDiscord


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output is JSON with every address."""
    parser = argparse.ArgumentParser(prog="carrel-fake-discord", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, help="append what happens here as JSON lines")
    parser.add_argument("--guild", default="home", help="the server's name")
    parser.add_argument("--channel", action="append", help="a channel of it, more than once")
    parser.add_argument("--person", action="append", help="a member of it, more than once")
    parser.add_argument("--servers", type=int, default=0, help="as many more servers")
    parser.add_argument("--channels-each", type=int, default=30, help="channels of each of those")
    parser.add_argument("--no-limits", action="store_true", help="never answer 429")
    given = parser.parse_args(arguments)
    limits = Limits.none() if given.no_limits else None
    asyncio.run(_serve(FakeDiscord(given.port, ledger=given.ledger, limits=limits), given))


async def _serve(discord: FakeDiscord, given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    guild = discord.world.guild(given.guild)
    channels = [discord.world.channel(guild, name) for name in given.channel or ["general"]]
    people = [discord.world.person(name, guild) for name in given.person or ["ada"]]
    for number in range(given.servers):
        more = discord.world.guild(f"{given.guild}-{number}")
        for each in range(given.channels_each):
            discord.world.channel(more, f"channel-{each}")
    async with discord:
        told = {
            "rest_url": discord.rest_url,
            "gateway_url": discord.gateway_url,
            "control_url": f"{discord.url}/fake",
            "token": discord.token,
            "bot": discord.application.bot.id,
            "guild": guild.id,
            "channels": {channel.name: channel.id for channel in channels},
            "people": {person.user.name: person.id for person in people},
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
