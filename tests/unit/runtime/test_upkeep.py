from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from carrel.runtime import upkeep
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle


class Noting(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.done: list[object] = []

    async def backup(self, name: str) -> None:
        self.done.append(name)

    async def prune(self, before: float) -> int:
        self.done.append(before)
        return 0


class Trash:
    def __init__(self, done: list[object]) -> None:
        self.done = done

    async def end_leftovers(self) -> int:
        self.done.append("leftovers")
        return 0

    async def empty_trash(self, before: float) -> int:
        self.done.append(("trash", before))
        return 0


@asynccontextmanager
async def kept(store: Noting, clock: ManualClock) -> AsyncIterator[None]:
    task = asyncio.create_task(upkeep.keep(store, Trash(store.done), clock))
    await settle()
    yield
    task.cancel()


async def test_a_copy_is_made_before_anything_is_forgotten() -> None:
    store, clock = Noting(), ManualClock(0.0)
    async with kept(store, clock):
        await clock.advance(2 * upkeep.DAY)
    kept_for = upkeep.KEPT_DAYS * upkeep.DAY
    one, two = upkeep.DAY - kept_for, 2 * upkeep.DAY - kept_for
    assert store.done[3:] == [
        *("daily-19700102T000000Z", one, ("trash", one)),
        *("daily-19700103T000000Z", two, ("trash", two)),
    ]


async def test_a_gateway_that_never_runs_a_whole_day_forgets_too() -> None:
    store, clock = Noting(), ManualClock(0.0)
    async with kept(store, clock):
        await clock.advance(upkeep.DAY - 1)
    before = -upkeep.KEPT_DAYS * upkeep.DAY
    assert store.done == ["leftovers", before, ("trash", before)]


class Suspended(ManualClock):
    """Its sleeps stand still while the machine is suspended."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


@pytest.mark.parametrize("ahead", [upkeep.DAY, -3600.0])
async def test_a_day_is_one_by_the_clock_on_the_wall(ahead: float) -> None:
    store, clock = Noting(), Suspended(0.0)
    async with kept(store, clock):
        clock.ahead = ahead
        await clock.advance(upkeep.SLICE)
    assert [str(name)[:6] for name in store.done[3:4]] == ["daily-"]
