"""A message that waits goes to a side thread, once. spec: 14.11"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import PLACE, ended, prompt, run

from carrel.core.effects import Settle, StartTurn, TakeAside
from carrel.core.events import Prompted, Restored, TakenAside, WaitingChanged
from carrel.core.messages import Gone, Notice, Outbound
from carrel.core.model import Material, MessageId
from carrel.core.session import step

COMMAND, TWO = MessageId("console/c"), prompt(2)
ASKED = WaitingChanged(COMMAND, PLACE, TWO.id, "side")
DONE = TakenAside(COMMAND, PLACE, TWO, Notice("well"), ok=True, at=9.0)


def waiting():
    session, _ = run(Prompted(prompt(1)), Prompted(TWO), Prompted(prompt(3)))
    return session


def test_no_turn_here_takes_it_from_the_moment_it_is_asked_for() -> None:
    session, effects = step(waiting(), ASKED)
    assert effects == (TakeAside(COMMAND, PLACE, TWO),)
    session, effects = step(session, ended("console:a#1", "done", "well", prompt(1).id))
    (started,) = [one for one in effects if isinstance(one, StartTurn)]
    assert started.turn.prompts == (prompt(3),)


def test_after_a_crash_it_is_asked_for_again_before_anything_begins() -> None:
    loaded = replace(waiting(), turn=None)
    session, effects = step(replace(loaded, waiting=(TWO,)), ASKED)
    assert [type(one) for one in effects] == [TakeAside]
    _, effects = step(session, Restored(9.0))
    assert not [one for one in effects if isinstance(one, StartTurn)]


def test_what_an_owner_let_through_stays_where_it_was_let_through() -> None:
    """Its words are material, and the thread would begin with none."""
    guest = replace(TWO, text="", material=(Material("guest", "Gus", "hi"),))
    session = replace(waiting(), waiting=(guest,))
    after, effects = step(session, ASKED)
    assert after == session
    assert Settle(COMMAND, "done") in effects
    assert not [one for one in effects if isinstance(one, TakeAside)]


def test_once_it_is_there_it_waits_here_no_more() -> None:
    session, _ = step(waiting(), ASKED)
    after, effects = step(session, DONE)
    assert after.waiting == (prompt(3),)
    assert {Settle(TWO.id, "superseded"), Settle(COMMAND, "done")} <= set(effects)
    shown = [one.outbound for one in effects if hasattr(one, "outbound")]
    assert Outbound(f"{TWO.id}.waiting", PLACE, Gone()) in shown


def test_what_could_not_be_moved_goes_next_here() -> None:
    session, _ = step(waiting(), ASKED)
    after, effects = step(session, replace(DONE, ok=False))
    assert after.waiting == (TWO, prompt(3))
    assert Settle(COMMAND, "done") in effects
    idle, _ = step(session, ended("console:a#1", "done", "well", prompt(1).id))
    idle, _ = step(idle, ended("console:a#2", "done", "well", prompt(3).id))
    begun, _ = step(idle, replace(DONE, ok=False))
    assert begun.turn.prompts == (TWO,)


@pytest.mark.parametrize("message", [prompt(1).id, "console/9"])
def test_what_does_not_wait_stays_where_it_is(message) -> None:
    before = waiting()
    after, effects = step(before, replace(ASKED, message=message))
    assert after == before
    assert Settle(COMMAND, "done") in effects


def test_nothing_is_taken_up_in_a_session_on_its_way_to_the_trash() -> None:
    session, _ = step(replace(waiting(), turn=None), ASKED)
    after, effects = step(replace(session, leaving=True), replace(DONE, ok=False))
    assert TWO not in after.waiting
    assert Settle(TWO.id, "superseded") in effects
