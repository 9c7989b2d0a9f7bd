"""`python -m carrel.testing.messages_api --port 0 [--demo] [--log FILE] [--require-key KEY]`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from carrel.testing.messages_api.server import FakeMessagesApi


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output names the address."""
    parser = argparse.ArgumentParser(
        prog="python -m carrel.testing.messages_api", description=__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--demo", action="store_true", help="understand plain sentences")
    parser.add_argument("--log", type=Path, help="append each request here as one JSON line")
    parser.add_argument("--require-key", help="answer 401 to any other key")
    given = parser.parse_args(arguments)
    api = FakeMessagesApi(given.port, demo=given.demo, log=given.log, require_key=given.require_key)
    asyncio.run(_serve(api))


async def _serve(api: FakeMessagesApi) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with api:
        sys.stdout.write(f"listening on {api.url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
