"""`python -m carrel.testing.telegram --port 0 [--ledger FILE] [--group NAME…] [--person NAME…]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from carrel.testing.telegram.server import FakeTelegram


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output is JSON with every address."""
    parser = argparse.ArgumentParser(prog="carrel-fake-telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, help="append what happens here as JSON lines")
    parser.add_argument("--group", action="append", help="a forum with the bot, more than once")
    parser.add_argument("--person", action="append", help="a member of each, more than once")
    given = parser.parse_args(arguments)
    asyncio.run(_serve(FakeTelegram(given.port, ledger=given.ledger), given))


async def _serve(telegram: FakeTelegram, given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    people = [telegram.person(name) for name in given.person or ["ada"]]
    everyone = [person.user for person in people]
    names = given.group or ["general"]
    groups = {name: telegram.world.group(name, *everyone, forum=True) for name in names}
    async with telegram:
        told = {
            "base_url": telegram.url,
            "control_url": f"{telegram.url}/fake",
            "token": telegram.token,
            "bot": str(telegram.world.bot.user.id),
            "channels": {name: str(chat.id) for name, chat in groups.items()},
            "people": {person.user.username: str(person.id) for person in people},
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
