"""A full disk: nothing is half written, everything is said, and it goes on when there is room."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from carrel.core.errors import Full
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.stores.sqlite import SqliteStore
from carrel.testing.clock import ManualClock

HERE = Conversation("discord", "1")
ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")
LIMITED = Path(__file__).with_name("limited.py")


@pytest.fixture
async def store(tmp_path):
    store = SqliteStore(tmp_path / "c.db", tmp_path / "backups", ManualClock(), max_pages=120)
    await store.open()
    yield store
    await store.close()


async def accept(store, number: int, size: int = 20_000) -> None:
    heard = Inbound("me", str(number), HERE, Sender("discord", "7", "ann"), "x" * size)
    await store.accept(heard, ROUTE, float(number), command=False)


async def filled(store) -> int:
    """How many messages fit."""
    for number in range(1000):
        try:
            await accept(store, number)
        except Full:
            return number
    raise AssertionError("it never was full")


async def test_a_full_disk_is_told_and_nothing_is_half_written(store) -> None:
    """spec: 2.6"""
    fit = await filled(store)
    assert len((await store.claim(ROUTE.key, "host")).session.waiting) == fit > 0
    with pytest.raises(Full):
        await accept(store, fit)
    assert len(await store.history(HERE, 1000)) == fit


async def allow(store, pages: int) -> None:
    """Give the file so many pages more than it has."""

    def widen(database) -> None:
        (count,) = database.connection.execute("PRAGMA page_count").fetchone()
        database.connection.execute(f"PRAGMA max_page_count = {count + pages}").fetchall()

    await store._writer.run(widen)


async def test_who_still_fits_is_stored_beside_who_does_not(store) -> None:
    fit = await filled(store)
    await allow(store, 4)  # of five a large one would need
    calls = (accept(store, 1000, 10), accept(store, 1001), accept(store, 1002, 10))
    small, large, small_too = await asyncio.gather(*calls, return_exceptions=True)
    assert (small, small_too) == (None, None)
    assert isinstance(large, Full)
    assert len(await store.history(HERE, 1000)) == fit + 2


async def test_it_goes_on_when_there_is_room(store) -> None:
    fit = await filled(store)
    await allow(store, 1000)
    await accept(store, fit)
    assert len(await store.history(HERE, 1000)) == fit + 1


async def test_a_write_that_fails_below_sqlite_is_unavailable_and_then_works_again(
    tmp_path,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, LIMITED, tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")
