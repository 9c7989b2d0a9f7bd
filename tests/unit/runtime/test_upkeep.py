from __future__ import annotations

import asyncio

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


async def test_a_copy_is_made_before_anything_is_forgotten() -> None:
    store, clock = Noting(), ManualClock(0.0)
    task = asyncio.create_task(upkeep.keep(store, clock))
    await settle()
    await clock.advance(2 * upkeep.DAY)
    task.cancel()
    assert store.done == [
        "daily-19700102T000000Z",
        upkeep.DAY - upkeep.KEPT_DAYS * upkeep.DAY,
        "daily-19700103T000000Z",
        2 * upkeep.DAY - upkeep.KEPT_DAYS * upkeep.DAY,
    ]
