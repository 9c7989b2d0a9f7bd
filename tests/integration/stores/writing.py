"""A process that writes until it is killed, and says what the store has acknowledged.

Run as `python writing.py HOME FIRST`; each line is `accepted N` or `said N`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from carrel.core.effects import Say, Settle
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import SqliteStore, build

HERE = Conversation("discord", "1")
ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")
AT_ONCE = 6


async def accept(store: SqliteStore, number: int) -> None:
    heard = Inbound("me", str(number), HERE, Sender("discord", "7", "ann"), "hi" * 50)
    await store.accept(heard, ROUTE, float(number), command=False)
    sys.stdout.write(f"accepted {number}\n")
    sys.stdout.flush()


async def write(home: Path, first: int) -> None:
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    fence = (await store.claim(ROUTE.key, "host")).fence
    for number in range(first, sys.maxsize, AT_ONCE):
        await asyncio.gather(*(accept(store, number + n) for n in range(AT_ONCE)))
        records = (
            Settle(Inbound("me", str(number), HERE, Sender("", "", ""), "").message_id, "done"),
            Say(Outbound(f"n{number}", HERE, Notice("done"))),
        )
        await store.save(fence, records, float(number))
        sys.stdout.write(f"said {number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2])))
