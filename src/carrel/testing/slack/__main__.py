"""`python -m carrel.testing.slack --port 0 [--ledger FILE] [--channel NAME…] [--person NAME…]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from carrel.testing.slack.server import FakeSlack


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output is JSON with every address."""
    parser = argparse.ArgumentParser(prog="carrel-fake-slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, help="append what happens here as JSON lines")
    parser.add_argument("--channel", action="append", help="one with the bot, more than once")
    parser.add_argument("--person", action="append", help="a member of each, more than once")
    given = parser.parse_args(arguments)
    asyncio.run(_serve(FakeSlack(given.port, ledger=given.ledger), given))


async def _serve(slack: FakeSlack, given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    people = [slack.person(name) for name in given.person or ["ada"]]
    everyone = [person.user for person in people]
    names = given.channel or ["general"]
    channels = {name: slack.world.channel(name, *everyone) for name in names}
    async with slack:
        told = {
            "base_url": slack.url,
            "control_url": f"{slack.origin}/fake",
            "token": slack.bot_token,
            "app_token": slack.app_token,
            "bot": slack.world.bot.id,
            "team": slack.world.team,
            "channels": {name: channel.id for name, channel in channels.items()},
            "people": {person.user.name: person.id for person in people},
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
