"""A budget that is used up holds a session back. spec: 15.3 15.4"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import KEY, OTHER, PLACE, TOKEN, bodies, ended, prompt

from carrel.core.budgets import NO_LIMITS, Funds, Limit
from carrel.core.effects import Free, Pause, Settle, Spend, StartTurn, WakeAt
from carrel.core.events import (
    ForgetAsked,
    NewAsked,
    OverspendAsked,
    Prompted,
    Restored,
    StopAsked,
    TurnEnded,
    WakeAsked,
    Woken,
)
from carrel.core.messages import Menu, Notice
from carrel.core.model import MessageId, Session, Usage
from carrel.core.session import step
from carrel.core.view import standing

MIDNIGHT = 86_400.0
COMMAND = MessageId("console/c")
USED = Funds((Limit("all", 5.02, 5.0),), MIDNIGHT, "Europe/Berlin")
PART = Funds((Limit("all", 3.9, 5.0), Limit("session", 1.0, 2.0)), MIDNIGHT, "UTC")


def held() -> Session:
    return step(Session(KEY, funds=USED), Prompted(prompt(1)))[0]


def test_no_turn_begins_and_a_card_says_until_when() -> None:
    session, effects = step(Session(KEY, funds=USED), Prompted(prompt(1)))
    assert standing(session) == "held"
    assert session.waiting == (prompt(1),), "nothing is lost"
    assert {Pause(MIDNIGHT), WakeAt(MIDNIGHT)} <= set(effects)
    assert not [e for e in effects if isinstance(e, StartTurn)]
    (menu,) = bodies(effects, Menu)
    assert menu.text == (
        "Today's budget is used: 5.02 of 5.00 dollars. 1 waiting; goes on at 00:00 Europe/Berlin."
    )
    assert menu.options == (("Go on today", "/overspend"),)


def test_the_card_counts_what_waits_and_is_one_card() -> None:
    session, first = step(Session(KEY, funds=USED), Prompted(prompt(1)))
    _, second = step(session, Prompted(prompt(2)))
    assert "2 waiting" in bodies(second, Menu)[0].text
    nonces = {e.outbound.nonce for e in (*first, *second) if bodies([e], Menu)}
    assert len(nonces) == 1


def test_when_the_day_is_over_it_goes_on() -> None:
    fresh = replace(held(), funds=Funds((Limit("all", 0.0, 5.0),), 2 * MIDNIGHT))
    session, effects = step(fresh, Woken(MIDNIGHT))
    assert standing(session) == "working"
    assert "It goes on now." in bodies(effects, Notice)[0].text
    assert not bodies(effects, Menu), "nothing is left to be pressed"


@pytest.mark.parametrize("event", [Woken(MIDNIGHT), WakeAsked(COMMAND, PLACE, 5.0), Restored(5.0)])
def test_nothing_but_an_owner_gets_round_it(event: object) -> None:
    session, effects = step(held(), event)
    assert standing(session) == "held"
    assert not [e for e in effects if isinstance(e, StartTurn)]
    assert bodies(effects, Menu)


def test_an_owner_lets_this_session_go_on_until_the_day_is_over() -> None:
    session, effects = step(held(), OverspendAsked(COMMAND, PLACE, 5.0))
    assert {Free(MIDNIGHT), Pause(None), Settle(COMMAND, "done")} <= set(effects)
    assert standing(session) == "working"
    assert session.turn.allowance is None
    over = replace(USED, until=2 * MIDNIGHT)
    done, _ = step(session, ended(session.turn.id, "done", "well", prompt(1).id))
    again, _ = step(done, Prompted(prompt(2)))
    assert standing(again) == "working"
    done = replace(done, funds=over)
    assert standing(step(done, Prompted(prompt(3)))[0]) == "held", "the next day has its budget"


def test_where_nothing_is_held_an_owner_is_told_so() -> None:
    _, effects = step(Session(KEY), OverspendAsked(COMMAND, PLACE, 5.0))
    assert bodies(effects, Notice)[0].text == "No budget holds anything back."


def test_what_waits_behind_a_turn_is_held_at_its_end() -> None:
    session, _ = step(Session(KEY, funds=PART), Prompted(prompt(1)))
    session, _ = step(session, Prompted(prompt(2, place=OTHER)))
    session, _ = step(replace(session, funds=USED), ended(session.turn.id, "done", "well"))
    assert standing(session) == "held"
    assert session.hold.conversation == OTHER


@pytest.mark.parametrize(
    "event", [NewAsked(COMMAND, PLACE, "Ada", 5.0), ForgetAsked(COMMAND, PLACE, sure=True)]
)
def test_a_card_that_is_done_with_offers_nothing(event: object) -> None:
    session, effects = step(replace(held(), funds=NO_LIMITS), event)
    assert session.hold is None
    assert any("It goes on now." in notice.text for notice in bodies(effects, Notice))


def test_stop_drops_what_is_held() -> None:
    session, _ = step(held(), StopAsked(COMMAND, PLACE, "Ada"))
    assert session.waiting == ()


def test_a_turn_may_spend_what_is_left() -> None:
    session, _ = step(Session(KEY, funds=PART), Prompted(prompt(1)))
    assert session.turn.allowance == 1.0
    assert step(Session(KEY), Prompted(prompt(1)))[0].turn.allowance is None


def test_people_are_told_where_a_turn_brings_it_over_four_fifths() -> None:
    session, _ = step(Session(KEY, funds=PART), Prompted(prompt(1)))
    usage = Usage(cost=0.2)
    end = TurnEnded(session.turn.id, "done", "well", (prompt(1).id,), usage, TOKEN, 9.0)
    _, effects = step(session, end)
    (notice,) = bodies(effects, Notice)
    assert notice.text == "Today's budget is used by more than 80 %: 4.10 of 5.00 dollars."
    (spend,) = [e for e in effects if isinstance(e, Spend)]
    assert spend.shares[0].usage == usage
