"""What reaches an engine that lives, and when another one is opened for what was chosen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.unit.runtime.conftest import KEY, Desk
from tests.unit.runtime.test_hands import NEXT, TURN, TWO

from carrel.core.effects import AnswerEngine, InterruptTurn, StartTurn, Steer
from carrel.core.errors import Unavailable
from carrel.core.model import Chosen, ResumeToken, Verdict
from carrel.core.routing import Rules
from carrel.runtime.seats import Seats
from carrel.testing.clock import ManualClock, settle

TOKEN = ResumeToken("fake", "t1", "/")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path, Seats(8, ManualClock()), KEY)
    yield made
    await made.hands.close()


@pytest.mark.parametrize(
    ("what", "deed"),
    [
        ("steer", Steer(TURN.id, TWO)),
        ("interrupt", InterruptTurn(TURN.id)),
        ("answer", AnswerEngine(("ap1",), Verdict("allow"))),
    ],
)
async def test_a_deed_that_fails_leaves_the_next_ones_to_be_done(desk, what, deed) -> None:
    await desk.start(TURN)
    desk.engine.errors[what] = Unavailable("pipe closed")
    with capture_logs() as logs:
        desk.hands.do(deed)
        desk.hands.do(AnswerEngine(("ap2",), Verdict("deny", "no")))
        await settle()
    assert desk.engine.asked[-1] == ("answer", "ap2", Verdict("deny", "no"))
    assert logs[0]["event"] == "engine deed failed"


async def test_a_deed_that_breaks_leaves_the_next_ones_to_be_done(desk) -> None:
    """spec: 8.1"""
    await desk.start(TURN)
    desk.engine.errors["interrupt"] = BrokenPipeError()
    with capture_logs():
        desk.hands.do(InterruptTurn(TURN.id))
        desk.hands.do(AnswerEngine(("ap2",), Verdict("deny", "no")))
        await settle()
    assert desk.engine.asked[-1] == ("answer", "ap2", Verdict("deny", "no"))


async def start(desk, turn, chosen: Chosen) -> None:
    desk.hands.do(StartTurn(turn, TOKEN, chosen))
    await settle()


async def test_what_is_chosen_opens_the_engine_anew_where_it_left_off(desk) -> None:
    await start(desk, TURN, Chosen())
    await start(desk, NEXT, Chosen(model="haiku", effort="low"))
    await start(desk, replace(NEXT, attempt=1), Chosen(model="haiku", effort="low"))
    assert desk.engine.calls() == ["prompt", "close", "prompt", "prompt"]
    assert [(s.mode, s.model, s.effort, s.resume) for s in desk.engine.specs] == [
        ("plan", "opus", None, TOKEN),
        ("plan", "haiku", "low", TOKEN),
    ]


@pytest.mark.parametrize(
    "rules", [Rules(mode="ask", model="opus"), Rules(mode="plan", model="haiku")]
)
async def test_no_engine_lives_on_under_rules_that_are_in_force_no_more(desk, rules: Rules) -> None:
    """Bar B6. spec: 17.1"""
    await start(desk, TURN, Chosen())
    object.__setattr__(desk.hands._tools, "rules", rules)
    await start(desk, NEXT, Chosen())
    assert [live.alive for live in desk.engine.lives] == [False, True]
    spec = desk.engine.specs[-1]
    assert (spec.mode, spec.model, spec.resume) == (rules.mode, rules.model, TOKEN)


async def test_an_engine_that_goes_on_in_another_mode_is_the_one_that_was_chosen(desk) -> None:
    await start(desk, TURN, Chosen())
    desk.hands.do(AnswerEngine(("c1", "c2"), Verdict("allow", mode="edit")))
    await start(desk, NEXT, Chosen(mode="edit"))
    assert desk.engine.calls() == ["prompt", "answer", "answer", "prompt"]


async def test_an_engine_is_told_which_calls_were_cut_off(desk) -> None:
    desk.hands.do(StartTurn(TURN, TOKEN, cut=frozenset({"c1"})))
    await settle()
    assert desk.engine.asked[-1][-1] == "c1"


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
