from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from carrel.core.errors import Unavailable
from carrel.stores.database import SqliteDatabase, connect
from carrel.stores.group_commit import Outcome, read
from carrel.stores.lane import MAX_BATCH, MAX_WAITING, Lane


@pytest.fixture
async def lane(path):
    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), read)
    await lane.open()
    yield lane
    await lane.close()


async def test_calls_run_on_the_lane_s_own_thread(lane) -> None:
    name = await lane.run(lambda _: threading.current_thread().name)
    assert name == "test"


async def test_calls_run_in_order(lane) -> None:
    seen: list[int] = []
    await asyncio.gather(*(lane.run(lambda _, n=n: seen.append(n)) for n in range(300)))
    assert seen == list(range(300))


async def test_an_error_reaches_its_caller_only(lane) -> None:
    results = await asyncio.gather(
        lane.run(lambda _: 1), lane.run(lambda _: {}["x"]), return_exceptions=True
    )
    assert results[0] == 1
    assert isinstance(results[1], KeyError)


async def test_what_comes_during_a_batch_makes_the_next_one(path) -> None:
    sizes: list[int] = []
    gate = threading.Event()

    def execute(database, batch):
        gate.wait(10)
        sizes.append(len(batch))
        return read(database, batch)

    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), execute)
    await lane.open()
    calls = [asyncio.ensure_future(lane.run(lambda _: None)) for _ in range(MAX_BATCH + 2)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*calls)
    await lane.close()
    assert sum(sizes) == MAX_BATCH + 2
    assert len(sizes) <= 3


async def test_only_so_many_calls_wait_in_the_lane(path) -> None:
    gate, started = threading.Event(), threading.Event()

    def execute(database, batch):
        started.set()
        gate.wait(10)
        return read(database, batch)

    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), execute)
    await lane.open()
    calls = asyncio.gather(*(lane.run(lambda _: 1) for _ in range(MAX_WAITING + 50)))
    await asyncio.to_thread(started.wait, 10)
    assert lane._calls.qsize() <= MAX_WAITING
    gate.set()
    assert sum(await calls) == MAX_WAITING + 50
    await lane.close()


async def test_a_cancelled_caller_hurts_nobody(lane) -> None:
    gate = threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await lane.run(lambda _: gate.wait(10))
    gate.set()
    assert await lane.run(lambda _: 2) == 2


async def test_a_broken_executor_does_not_end_the_thread(path) -> None:
    broken = [sqlite3.OperationalError("disk I/O error")]

    def execute(database, batch) -> list[Outcome]:
        if broken:
            raise broken.pop()
        return read(database, batch)

    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), execute)
    await lane.open()
    with pytest.raises(sqlite3.OperationalError):
        await lane.run(lambda _: 1)
    assert await lane.run(lambda _: 1) == 1
    await lane.close()


async def test_closing_finishes_what_was_asked_for(path) -> None:
    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), read)
    await lane.open()
    calls = asyncio.gather(*(lane.run(lambda _: 1) for _ in range(10)))
    await asyncio.sleep(0)
    await lane.close()
    await lane.close()
    assert await calls == [1] * 10
    with pytest.raises(Unavailable):
        await lane.run(lambda _: 1)


async def test_opening_raises_what_connecting_raises(tmp_path) -> None:
    lane = Lane("test", lambda: SqliteDatabase(connect(tmp_path / "no" / "folder"), {}), read)
    with pytest.raises(sqlite3.OperationalError):
        await lane.open()
    await lane.close()


async def test_a_lane_may_be_opened_again(path) -> None:
    lane = Lane("test", lambda: SqliteDatabase(connect(path), {}), read)
    for _ in range(2):
        await lane.open()
        assert await lane.run(lambda _: 1) == 1
        await lane.close()
