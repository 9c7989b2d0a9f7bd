"""An engine that is interrupted while it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.runtime.conftest import KEY, Desk
from tests.unit.runtime.test_hands import TURN

from carrel.core.effects import InterruptTurn
from carrel.runtime.seats import Seats
from carrel.testing.clock import ManualClock, settle


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path, Seats(8, ManualClock()), KEY, asyncio.Semaphore(1))
    yield made
    await made.hands.close()


async def test_a_second_interrupt_lets_the_engine_close_that_was_just_opening(desk) -> None:
    """spec: 10.1"""
    closed, gone = asyncio.Event(), asyncio.Event()

    async def open_(*_given: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await gone.wait()
            closed.set()

    desk.engine.open = open_
    await desk.start(TURN)
    for _ in range(2):
        desk.hands.do(InterruptTurn(TURN.id))
        await settle()
    assert desk.ends() == []
    gone.set()
    await settle()
    assert closed.is_set()
    assert desk.ends() == [(TURN.id, "stopped")]
