from __future__ import annotations

import asyncio

from carrel.core.events import Stirred
from carrel.core.model import TurnId
from carrel.runtime.mailbox import Mailbox
from carrel.tasks import Tasks
from carrel.testing.clock import settle

ONE, TWO = Stirred(TurnId("one")), Stirred(TurnId("two"))


async def test_events_come_out_in_order_and_a_full_box_makes_one_wait() -> None:
    tasks = Tasks("test")
    box = Mailbox(1, tasks)
    await box.put(ONE)
    second = tasks.start(box.put(TWO), "second")
    await settle()
    assert not second.done()
    assert await box.next() == ONE
    await second
    assert await box.next() == TWO
    assert box.empty
    await tasks.close()


async def test_who_wants_it_heeded_waits_until_it_is_done_and_for_nothing_else() -> None:
    tasks = Tasks("test")
    box = Mailbox(9, tasks)
    await box.put(ONE)
    heeded = tasks.start(box.heed(TWO), "heeded")
    for _ in (ONE, TWO):
        assert not heeded.done()
        await box.next()
        await settle()
        assert not heeded.done(), "read is not done"
        box.done()
        await settle()
    assert heeded.result()
    await tasks.close()


async def test_nobody_waits_for_a_reader_who_is_gone() -> None:
    tasks = Tasks("test")
    box = Mailbox(1, tasks)
    heeded = tasks.start(box.heed(ONE), "heeded")
    full = tasks.start(box.put(TWO), "full")
    await settle()
    box.close()
    async with asyncio.timeout(5):
        assert not await heeded
        await full
        assert not await box.heed(TWO)
    await settle()
    assert not tasks._running, "nor does anything wait for one for ever"
    await tasks.close()
