"""A PostgreSQL with a million sessions, and how long the store's questions take there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count

from bench.figures import Say, middle
from bench.processes import scratch
from carrel.core.effects import Finish, Settle, Take
from carrel.core.effects import Say as Shown
from carrel.core.messages import Answer, Inbound, Outbound
from carrel.core.model import Prompt, SessionKey, Turn, TurnId
from carrel.core.routing import Rules, resolve
from carrel.platforms.console import LOCAL, NAME, place
from carrel.ports.store import Store, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores import codec, postgres
from carrel.testing.postgres import Cluster, cluster

SESSIONS, WAITING, EACH = 1_000_000, 100_000, 5
"""What the database is filled with: sessions, messages that wait, and how many in a session."""

TIMES = 20
CROWD = 2_000
AT_ONCE = 64
"""The most that the store takes in: so many messages, so many of them at a time."""


async def measure(say: Say) -> tuple[dict[str, float], float]:
    """Milliseconds of each question, the median; and seconds of the writers for a message."""
    with scratch() as home, cluster(durable=True) as server:
        parts = StoreParts(home, SystemClock(), server.create("size"))
        store = postgres.build(parts)
        await store.open()
        try:
            say(f"{SESSIONS:,} sessions, {WAITING:,} messages that wait")
            await asyncio.to_thread(fill, server, "size", SESSIONS, WAITING)
            asked = await _questions(store, say)
            say(f"{CROWD:,} messages, {AT_ONCE} at a time")
            return asked, await _crowd(store)
        finally:
            await store.close()


def fill(server: Cluster, database: str, sessions: int, waiting: int) -> None:
    """So many sessions, and so many messages that wait, five in a session."""
    first = place("desk-0").address
    address = f"'{first.removesuffix('0')}' || n"
    where = codec.write_conversation(place("desk-0")).replace("desk-0", "desk-' || n || '")
    message = Inbound(NAME, "m0", place("desk-0"), LOCAL, "hello", at=1.0)
    body = codec.write_inbound(message).replace("desk-0", "desk-' || n || '")
    server.run(
        "INSERT INTO session (key, conversation, next_seq, last_used, home) "  # noqa: S608 - our own words
        f"SELECT {address}, '{where}', {EACH}, n, 'bench' FROM generate_series(1, {sessions}) n",
        database,
    )
    server.run(
        "INSERT INTO inbox (id, source, ext_id, message, key, seq, command, waiting, state, "  # noqa: S608 - our own words
        f"address, body, at) SELECT n * {EACH} + s, '{NAME}', n || '-' || s, "
        f"'{NAME}/' || n || '-' || s, {address}, s + 1, 0, 'queue', 'queued', {address}, '{body}', "
        f"n FROM generate_series(1, {waiting // EACH}) n, generate_series(0, {EACH - 1}) s",
        database,
    )
    server.run(f"SELECT setval('store_order', {10 * waiting + 1})", database)
    server.run("ANALYZE", database)


async def _questions(store: Store, say: Say) -> dict[str, float]:
    numbers = count(1)

    def key() -> SessionKey:
        return resolve(place(f"desk-{next(numbers)}"), Rules()).key

    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "claim a session with its five messages": lambda: store.claim(key(), store.host),
        "sweep: who has work": store.open_keys,
        "list the 100 sessions used last": lambda: store.sessions(100),
        "list 100 sessions, 100,000 rows on": lambda: store.sessions(100, 100_000),
        "all answers that are due": lambda: store.due(None, 100),
    }
    found = {}
    for what, ask in asked.items():
        say(what)
        found[what] = middle([await timed(ask) for _ in range(TIMES)])
    return found


async def timed(ask: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds until it has answered."""
    began = time.perf_counter()
    await ask()
    return 1000 * (time.perf_counter() - began)


async def _crowd(store: Store) -> float:
    """Seconds for one message when as many as can come at once: its whole way, six commits."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with room:
            await _message(store, number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(CROWD):
            group.create_task(one(number))
    return (time.perf_counter() - began) / CROWD


async def _message(store: Store, number: int) -> None:
    """Stored, taken, answered, sent."""
    conversation, at = place(f"crowd-{number}"), SystemClock().now()
    inbound = Inbound(NAME, f"c{number}", conversation, LOCAL, "hello", at=at)
    route = resolve(conversation, Rules())
    await store.accept(inbound, route, at, command=False)
    fence = (await store.claim(route.key, store.host)).fence
    prompt = Prompt(inbound.message_id, conversation, LOCAL.name, inbound.text, at=at)
    turn = Turn(TurnId(f"{route.key}#1"), (prompt,), started_at=at)
    await store.save(fence, (Take(turn),), at)
    shown = Shown(Outbound(f"{turn.id}.0", conversation, Answer("hello")))
    await store.save(fence, (shown, Settle(prompt.id, "done"), Finish(turn.id, "done")), at)
    (row,) = await store.due(conversation.address, 1)
    await store.sending(row)
    await store.sent(row, "1", at)
