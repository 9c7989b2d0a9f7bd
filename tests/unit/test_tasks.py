"""Tasks have a name, an owner, and no way to fail or to outlive it unseen."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from structlog.testing import capture_logs

from carrel.tasks import Tasks
from carrel.testing.clock import settle


async def fail() -> None:
    raise RuntimeError("broken")


async def test_a_task_carries_the_name_of_its_owner_and_its_result() -> None:
    async def seven() -> int:
        return 7

    task = Tasks("owner").start(seven(), "count")
    assert task.get_name() == "owner/count"
    assert await task == 7


async def test_a_failure_is_logged_and_takes_nothing_else_down() -> None:
    """spec: 7.1"""
    tasks = Tasks("owner")
    with capture_logs() as logs:
        tasks.start(fail(), "bad")
        good = tasks.start(asyncio.sleep(0, "fine"), "good")
        assert await good == "fine"
        await settle()
    assert [(line["event"], line["task"]) for line in logs] == [("task failed", "owner/bad")]
    assert str(logs[0]["exc_info"]) == "broken"


async def test_close_cancels_and_waits_until_everything_has_ended() -> None:
    ended = []

    async def slow_to_go() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await settle(3)
            ended.append("gone")

    tasks = Tasks("owner")
    tasks.start(slow_to_go(), "slow")
    await settle()
    with capture_logs() as logs:
        await tasks.close()
    assert ended == ["gone"]
    assert not logs, "to be cancelled is no failure"


async def test_what_a_task_starts_while_it_is_cancelled_is_ended_too() -> None:
    tasks = Tasks("owner")
    heirs = []

    async def dying() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            heirs.append(tasks.start(asyncio.Event().wait(), "heir"))

    tasks.start(dying(), "dying")
    await settle()
    await tasks.close()
    assert heirs[0].cancelled()


async def test_a_task_may_close_its_own_owner() -> None:
    tasks = Tasks("owner")
    other = tasks.start(asyncio.Event().wait(), "other")
    closer = tasks.start(tasks.close(), "closer")
    await asyncio.wait({closer})
    assert other.cancelled()
    assert not closer.cancelled()


async def test_what_has_ended_is_let_go() -> None:
    """spec: 12.3"""
    tasks = Tasks("owner")
    with capture_logs():
        bad = tasks.start(fail(), "bad")
        with suppress(RuntimeError):
            await bad
        await tasks.start(asyncio.sleep(0), "good")
        await settle()
    assert not tasks._running


async def test_closing_twice_is_closing_once() -> None:
    tasks = Tasks("owner")
    tasks.start(asyncio.Event().wait(), "one")
    await tasks.close()
    await tasks.close()
    assert not tasks._running
