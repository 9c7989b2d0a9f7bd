"""The beginning of a turn may wait for long: what ends it, and what is asked, does not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.unit.runtime.test_hands import NEXT, PLACE, TURN

from carrel.core.effects import CloseEngine, Inquire, InterruptTurn
from carrel.core.model import MessageId
from carrel.testing.clock import settle


@pytest.mark.parametrize("attempt", [1, 2])
async def test_an_interrupt_overtakes_a_start_that_waits_or_opens(desk, attempt) -> None:
    """spec: 1.2"""
    desk.engine.gates["open"] = asyncio.Event()
    await desk.start(replace(TURN, attempt=attempt))
    desk.hands.do(InterruptTurn(TURN.id))
    await settle()
    assert desk.ends() == [(TURN.id, "stopped")]
    assert desk.told[0].read == ()
    desk.engine.gates["open"].set()
    await settle()
    assert desk.engine.asked == []
    await desk.start(NEXT)
    assert desk.engine.calls() == ["prompt"]


async def test_an_interrupt_in_the_moment_of_having_begun_is_not_lost(desk) -> None:
    """spec: 1.2"""
    desk.engine.gates["prompt"] = asyncio.Event()
    await desk.start(TURN)
    opening = desk.hands._opening.task
    desk.engine.gates["prompt"].set()
    opening.add_done_callback(lambda _: desk.hands.do(InterruptTurn(TURN.id)))
    await settle()
    assert "interrupt" in desk.engine.calls() or desk.ends() == [(TURN.id, "stopped")]


async def test_a_turn_that_is_begun_anew_does_not_wait_for_what_it_waited_for(desk) -> None:
    """spec: 18.3"""
    desk.engine.gates["open"] = asyncio.Event()
    await desk.start(TURN)
    desk.hands.do(CloseEngine())
    await settle()
    assert desk.ends() == [(TURN.id, "lost")]
    desk.engine.gates["open"].set()
    await desk.start(replace(TURN, attempt=1))
    assert desk.engine.calls() == ["prompt"]


async def test_what_is_asked_is_not_kept_waiting_by_a_turn_that_begins(desk) -> None:
    desk.engine.gates["open"] = asyncio.Event()
    await desk.start(TURN)
    desk.hands.do(Inquire(MessageId("fake/c"), PLACE, "context", "as it was"))
    await settle()
    (found,) = desk.told
    assert found.body.text == "as it was"


async def test_an_engine_that_was_cut_off_while_it_took_its_prompt_is_not_used_again(desk) -> None:
    """spec: 1.1"""
    desk.engine.gates["prompt"] = asyncio.Event()
    await desk.start(TURN)
    desk.hands.do(InterruptTurn(TURN.id))
    await settle()
    desk.engine.gates["prompt"].set()
    await desk.start(NEXT)
    assert desk.engine.calls() == ["prompt", "close", "prompt"]
