"""What a person does about a usage limit. spec: 20.6"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, prompt

from carrel.core import switching
from carrel.core.budgets import Hold, Limit
from carrel.core.effects import Pause, Settle, StartTurn
from carrel.core.events import SwitchAsked, WakeAsked
from carrel.core.messages import Menu, Notice
from carrel.core.model import Fallback, MessageId, Session, Terminal
from carrel.core.session import step
from carrel.core.terminals import ELSEWHERE

COMMAND = MessageId("console/c")
PAUSED = Session(KEY, resume=TOKEN, waiting=(prompt(1),), paused_until=600.0)
HOLD = Hold("n", PLACE, Limit("all", 5.0, 5.0), 600.0, "UTC")


def asked(model: str = "", *models: str) -> SwitchAsked:
    return SwitchAsked(COMMAND, PLACE, model, models, 5.0)


def test_what_waits_goes_to_the_model_at_once() -> None:
    session, effects = step(PAUSED, asked("haiku"))
    (begun,) = [e for e in effects if isinstance(e, StartTurn)]
    assert (begun.chosen.model, begun.resume, begun.told_of) == ("haiku", None, TOKEN)
    assert (session.paused_until, session.fallback.until) == (None, 600.0)
    assert {Pause(None), Settle(COMMAND, "done")} <= set(effects)
    assert "haiku answers until" in bodies(effects, Menu)[0].text


def test_the_models_that_the_operator_named_are_offered_but_the_one_in_force() -> None:
    held = replace(PAUSED, fallback=Fallback("haiku", 600.0, "n", PLACE))
    same, effects = step(held, asked("", "opus", "haiku"))
    assert same == held
    assert bodies(effects, Menu) == [Menu(switching.WHICH, (("opus", "/switch opus"),), COMMAND)]
    _, effects = step(PAUSED, asked())
    assert bodies(effects, Menu) == [Menu(switching.NONE_NAMED, (), COMMAND)]


def test_a_third_model_goes_on_in_the_second_one_s_conversation() -> None:
    second = replace(TOKEN, value="t2")
    held = replace(
        PAUSED, resume=second, fallback=Fallback("haiku", 900.0, "n", PLACE, aside=TOKEN)
    )
    session, effects = step(held, asked("opus"))
    (begun,) = [e for e in effects if isinstance(e, StartTurn)]
    assert (begun.chosen.model, begun.resume, begun.told_of) == ("opus", second, None)
    assert (session.fallback.aside, session.fallback.until) == (TOKEN, 900.0)


@pytest.mark.parametrize(
    ("session", "model", "why"),
    [
        (replace(PAUSED, paused_until=None, waiting=()), "haiku", switching.NOT_LIMITED),
        (replace(PAUSED, hold=HOLD), "haiku", switching.A_BUDGET),
        (PAUSED, "x" * 101, switching.TOO_LONG),
        (replace(PAUSED, terminal=Terminal(PLACE, 1.0, begun=True)), "haiku", ELSEWHERE),
    ],
)
def test_where_it_would_not_help_it_is_said(session: Session, model: str, why: str) -> None:
    same, effects = step(session, asked(model))
    assert same == session
    assert bodies(effects, Notice)[0].text == why
    assert Settle(COMMAND, "done") in effects


def test_going_back_while_a_turn_runs_waits_for_its_end() -> None:
    session, _ = step(PAUSED, asked("haiku"))
    later, effects = step(session, WakeAsked(MessageId("console/w"), PLACE, 6.0))
    assert later.turn == session.turn
    assert later.fallback.until == 0.0
    assert bodies(effects, Notice)[0].text == switching.LATER
