"""How long a message takes to be stored and to be taken, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from bench.figures import Measured, Say, middle, percentile
from bench.processes import scratch
from bench.size.rows import fill, timed
from carrel.core.effects import Take
from carrel.core.messages import Inbound
from carrel.core.model import Prompt, Turn, TurnId
from carrel.core.routing import Rules, resolve
from carrel.platforms.console import LOCAL, NAME, place
from carrel.ports.store import Store, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores import postgres, sqlite
from carrel.testing.postgres import cluster

MESSAGES = 500
PER_SECOND = 50
WARM = 50
"""So many go first and are not counted."""

LISTED = 100_000
SHARES = (50, 99)
BUILD: Mapping[str, Callable[[StoreParts], Store]] = MappingProxyType(
    {"sqlite": sqlite.build, "postgres": postgres.build}
)


def measure(say: Say) -> Measured:
    """{sqlite,postgres}_{accept,take}_ms_p{50,99}: one call of the store, from asking to answer.

    An open loop of 50 messages a second, each to a session of its own; `take` binds it to a turn.
    Both stores wait for the disk. The server runs beside the measurement, on the same cores.
    """
    figures: dict[str, float] = {}
    for name in BUILD:
        say(f"{MESSAGES:,} messages at {PER_SECOND} a second on {name}")
        with _parts(name) as parts:
            times = asyncio.run(_run(BUILD[name](parts)))
        figures |= {
            f"{name}_{what}_ms_p{share}": percentile(found, share / 100)
            for what, found in times.items()
            for share in SHARES
        }
    say(f"{LISTED:,} sessions on postgres")
    return Measured(figures | {"postgres_list_ms": asyncio.run(_listing())})


async def _listing() -> float:
    """Milliseconds to list the hundred sessions that were used last; the median of 20."""
    with scratch() as home, cluster(durable=True) as server:
        store = postgres.build(StoreParts(home, SystemClock(), server.create("list")))
        await store.open()
        await asyncio.to_thread(fill, server, "list", LISTED, 0)
        times = [await timed(lambda: store.sessions(100)) for _ in range(20)]
        await store.close()
    return middle(times)


@contextmanager
def _parts(name: str) -> Iterator[StoreParts]:
    with scratch() as home:
        if name == "sqlite":
            yield StoreParts(home, SystemClock())
            return
        with cluster(durable=True) as server:
            yield StoreParts(home, SystemClock(), server.create("bench"))


async def _run(store: Store) -> Mapping[str, list[float]]:
    """Milliseconds of every call, by what was called."""
    await store.open()
    accepted: list[float] = []
    taken: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(WARM + MESSAGES):
            await asyncio.sleep(began + number / PER_SECOND - time.perf_counter())
            group.create_task(_message(store, number, accepted, taken))
    await store.close()
    return {"accept": accepted, "take": taken}


async def _message(store: Store, number: int, accepted: list[float], taken: list[float]) -> None:
    conversation, at = place(f"desk-{number}"), SystemClock().now()
    inbound = Inbound(NAME, f"m{number}", conversation, LOCAL, "hello", at=at)
    route = resolve(conversation, Rules())
    began = time.perf_counter()
    await store.accept(inbound, route, at, command=False)
    stored = time.perf_counter()
    fence = (await store.claim(route.key, store.host)).fence
    prompt = Prompt(inbound.message_id, conversation, LOCAL.name, inbound.text, at=at)
    turn = Turn(TurnId(f"{route.key}#1"), (prompt,), started_at=at)
    claimed = time.perf_counter()
    await store.save(fence, (Take(turn),), at)
    if number >= WARM:
        accepted.append(1000 * (stored - began))
        taken.append(1000 * (time.perf_counter() - claimed))
