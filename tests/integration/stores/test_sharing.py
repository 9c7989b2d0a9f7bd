"""Many at once: commits are shared, listings stay quick, earlier schemas are taken over."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.ports.store import StoreParts
from carrel.stores.sqlite import build
from carrel.stores.statements import load_migrations
from carrel.testing.clock import ManualClock

HERE = Conversation("discord", "1")


@pytest.fixture
async def store(tmp_path):
    store = build(StoreParts(tmp_path, ManualClock()))
    await store.open()
    yield store
    await store.close()


async def accept(store, number: int, key: str) -> None:
    route = Route(SessionKey(key), "claude", "private", "ask", "queue", "all")
    heard = Inbound("me", str(number), HERE, Sender("discord", "7", "ann"), "hi")
    await store.accept(heard, route, float(number), command=False)


async def test_what_arrives_together_is_committed_together(store) -> None:
    said: list[str] = []
    await store._writer.run(lambda database: database.connection.set_trace_callback(said.append))
    await asyncio.gather(*(accept(store, number, "k") for number in range(300)))
    await store._writer.run(lambda database: database.connection.set_trace_callback(None))
    assert said.count("COMMIT") < 20
    assert len((await store.claim(SessionKey("k"), "host")).session.waiting) == 300


async def test_a_thousand_of_ten_thousand_sessions_are_listed_at_once(store) -> None:
    await asyncio.gather(*(accept(store, number, f"s{number}") for number in range(10_000)))
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        listed = await store.sessions(1000)
        taken.append(time.perf_counter() - begun)
    assert [info.key for info in listed[:2]] == ["s9999", "s9998"]
    assert len(listed) == 1000
    assert min(taken) < 0.2


async def test_a_file_of_the_first_schema_is_taken_over(tmp_path) -> None:
    with closing(sqlite3.connect(tmp_path / "carrel.db")) as connection:
        connection.executescript(load_migrations()[0].script)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO session (key, turns, last_used) VALUES ('old', 7, 3.0)")
        connection.commit()
    store = build(StoreParts(tmp_path, ManualClock()))
    await store.open()
    assert store.incidents == ()
    assert [(info.key, info.turns) for info in await store.sessions(9)] == [("old", 7)]
    assert (await store.claim(SessionKey("old"), "host")).session.turns == 7
    await store.close()
