"""Makes a store with many sessions: `python -m bench.rows HOME COUNT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.processes import environment, run
from carrel.core.effects import Finish, Remember, Settle, Take
from carrel.core.messages import Inbound
from carrel.core.model import Prompt, ResumeToken, Turn, TurnId
from carrel.core.routing import Rules, resolve
from carrel.platforms.console import LOCAL, NAME, place
from carrel.ports.store import Store, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import build

AT_ONCE = 250


def make_rows(home: Path, count: int) -> None:
    """Fill the store of a home, in a process of its own."""
    run([sys.executable, "-m", "bench.rows", str(home), str(count)], environment(home))


async def fill(home: Path, count: int) -> None:
    """So many sessions that had a turn each."""
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        await asyncio.gather(*(_session(store, number) for number in numbers))
    await store.close()


async def _session(store: Store, number: int) -> None:
    """One session: a message, and the turn that answered it."""
    conversation, at = place(f"desk-{number}"), SystemClock().now()
    inbound = Inbound(NAME, f"m{number}", conversation, LOCAL, "hello", at=at)
    route = resolve(conversation, Rules())
    await store.accept(inbound, route, at, command=False)
    fence = (await store.claim(route.key, "local")).fence
    prompt = Prompt(inbound.message_id, conversation, LOCAL.name, inbound.text, at=at)
    turn = Turn(TurnId(f"{route.key}#1"), (prompt,), started_at=at)
    resume = ResumeToken("claude", f"conversation-{number}", f"/desks/{number}")
    ended = (Settle(prompt.id, "done"), Finish(turn.id, "done"), Remember(resume))
    await store.save(fence, (Take(turn), *ended), at)


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2])))
