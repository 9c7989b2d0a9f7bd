from __future__ import annotations

import asyncio

from carrel.engines.tasks import start, stop


async def test_a_task_has_its_name_and_gives_its_result():
    async def work() -> int:
        return 3

    task = start(work(), "three")
    assert (await task, task.get_name()) == (3, "three")


async def test_stopping_waits_until_the_task_is_gone():
    cleaned = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    task = start(work(), "endless")
    await asyncio.sleep(0)
    await stop(task)
    assert cleaned.is_set()
    assert task.cancelled()


async def test_stopping_nothing_or_a_failed_task_is_quiet():
    async def fail() -> None:
        raise ValueError("its own affair")

    task = start(fail(), "fails")
    await asyncio.wait({task})
    await stop(task)
    await stop(None)
