"""A process whose files may not grow: writes fail as on a broken disk, then work again.

Run as `python limited.py HOME`; it exits with 0 if the store kept its promises.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import SqliteStore, build

HERE = Conversation("discord", "1")
ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")


def limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def accept(store: SqliteStore, number: int) -> None:
    heard = Inbound("me", str(number), HERE, Sender("discord", "7", "ann"), "x" * 20_000)
    await store.accept(heard, ROUTE, float(number), command=False)


async def refused(store: SqliteStore, first: int) -> int:
    """Accept until it fails; the number that failed."""
    for number in range(first, first + 1000):
        try:
            await accept(store, number)
        except Unavailable:
            return number
    sys.exit("nothing failed")


async def check(home: Path) -> None:
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    limit(400_000)
    failed = await refused(store, 0)
    if len(await store.history(HERE, 2000)) != failed:
        sys.exit("something is stored that was not acknowledged, or the reverse")
    limit(resource.RLIM_INFINITY)
    await accept(store, failed)
    if len((await store.claim(ROUTE.key, "host")).session.waiting) != failed + 1:
        sys.exit("the store did not recover")
    await store.close()


if __name__ == "__main__":
    asyncio.run(check(Path(sys.argv[1])))
