"""What a message does that comes, and how it is changed as long as it waits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import KEY, OTHER, PLACE, bodies, ended, prompt, run

from carrel.core.effects import Amend, InterruptTurn, Say, Settle, Steer, TakeBack
from carrel.core.events import (
    Adjusted,
    Begun,
    GivenBack,
    Prompted,
    Retracted,
    StopAsked,
    Taken,
    WaitingChanged,
)
from carrel.core.messages import Gone, Mark, Notice, WaitingCard
from carrel.core.model import MessageId, Session, TurnId
from carrel.core.queueing import MAX_WAITING
from carrel.core.routing import Rules, resolve
from carrel.core.session import step

TURN = TurnId("console:a#1")
ONE, TWO, THREE = (MessageId(f"console/{n}") for n in (1, 2, 3))


def said(*modes: str):
    """Messages 1, 2, … of these waiting modes."""
    return run(*(Prompted(prompt(n, mode)) for n, mode in enumerate(modes, 1)))


def change(message: MessageId, choice: str) -> WaitingChanged:
    return WaitingChanged(MessageId("console/c"), PLACE, message, choice)


def deeds(effects, kind):
    return [e for e in effects if isinstance(e, kind)]


def taken_away(effects) -> list[str]:
    said_ = (e.outbound for e in effects if isinstance(e, Say))
    return [outbound.nonce for outbound in said_ if isinstance(outbound.body, Gone)]


def waiting(session: Session) -> list[str]:
    return [p.id for p in session.waiting]


def test_steering_joins_the_running_turn_but_never_overtakes() -> None:
    """spec: 3.2"""
    session, effects = said("queue", "queue", "steer")
    assert waiting(session) == [TWO, THREE]
    assert not deeds(effects, Steer)
    session, effects = said("queue", "steer")
    assert deeds(effects, Steer)
    assert session.turn.offered == (TWO,)


def test_another_place_never_steers_a_shared_session() -> None:
    session, _ = run(Prompted(prompt(1)), Prompted(prompt(2, "steer", OTHER)))
    assert waiting(session) == [TWO]


def test_the_twenty_first_waiting_message_is_refused_visibly() -> None:
    """spec: 8.4"""
    session, effects = said(*["queue"] * (MAX_WAITING + 2))
    assert len(session.waiting) == MAX_WAITING
    assert "waiting" in bodies(effects, Notice)[0].text
    assert Settle(MessageId(f"console/{MAX_WAITING + 2}"), "failed") in effects


@pytest.mark.parametrize(
    ("modes", "card"),
    [
        (("queue", "steer"), ("steer", 0)),
        (("queue", "queue"), ("queue", 0)),
        (("queue", "queue", "steer"), ("queue", 1)),
        (("queue", "queue", "collect"), ("collect", 1)),
        (("queue", "interrupt"), ("interrupt", 0)),
    ],
)
def test_what_waits_has_a_card_that_says_what_becomes_of_it(modes, card) -> None:
    """spec: 8.9"""
    _, effects = said(*modes)
    shown = bodies(effects, WaitingCard)[-1]
    assert (shown.mode, shown.before) == card
    assert shown.text.endswith(".")


def test_the_card_goes_when_the_engine_has_the_message() -> None:
    session, _ = said("queue", "steer")
    session, effects = step(session, Taken(TURN, (TWO,)))
    assert session.turn.offered == ()
    assert taken_away(effects) == [f"{TWO}.waiting"]
    assert [(m.message, m.sign) for m in bodies(effects, Mark)] == [(TWO, "working")]
    _, effects = step(session, ended(TURN, "done", "well", ONE, TWO))
    assert f"{TWO}.waiting" not in taken_away(effects)


def test_what_began_the_turn_is_with_the_engine_and_what_was_offered_is_not() -> None:
    session, _ = said("queue", "steer")
    _, effects = step(session, Begun(TURN))
    assert [m.message for m in bodies(effects, Mark)] == [ONE]
    assert step(session, Begun(TurnId("console:a#0"))) == (session, ())


def test_a_waiting_message_is_steered_past_the_others_when_a_person_says_so() -> None:
    session, _ = said("queue", "queue", "queue")
    session, effects = step(session, change(THREE, "steer"))
    assert [d.prompt.id for d in deeds(effects, Steer)] == [THREE]
    assert waiting(session) == [TWO]
    assert session.turn.offered == (THREE,)


def test_a_waiting_message_is_taken_back() -> None:
    session, _ = said("queue", "queue", "queue")
    session, effects = step(session, change(TWO, "drop"))
    assert waiting(session) == [THREE]
    assert Settle(TWO, "stopped") in effects


def test_an_interrupting_message_can_be_made_to_wait() -> None:
    session, _ = said("queue", "queue", "collect")
    session, effects = step(session, change(THREE, "queue"))
    assert [p.waiting for p in session.waiting] == ["queue", "queue"]
    assert deeds(effects, Amend)
    assert bodies(effects, WaitingCard)[-1].mode == "queue"


@pytest.mark.parametrize("fate", ["queue", "drop"])
def test_what_was_offered_is_given_back_before_it_is_taken_in(fate: str) -> None:
    session, _ = said("queue", "steer", "queue")
    session, effects = step(session, change(TWO, fate))
    assert deeds(effects, TakeBack) == [TakeBack(TURN, TWO, fate)]
    session, effects = step(session, GivenBack(TURN, TWO, fate, ok=True))
    assert [p.id for p in session.turn.prompts] == [ONE]
    assert session.turn.offered == ()
    assert waiting(session) == ([TWO, THREE] if fate == "queue" else [THREE])
    assert Settle(TWO, "queued" if fate == "queue" else "stopped") in effects


def test_what_the_engine_has_already_stays_with_it() -> None:
    session, _ = said("queue", "steer")
    same, effects = step(session, GivenBack(TURN, TWO, "drop", ok=False))
    assert (same, effects) == (session, ())
    session, _ = step(session, Taken(TURN, (TWO,)))
    same, effects = step(session, change(TWO, "drop"))
    assert same == session
    assert "already" in bodies(effects, Notice)[0].text
    assert not deeds(effects, TakeBack)


def test_what_does_not_wait_any_more_is_said() -> None:
    session, _ = said("queue", "queue")
    same, effects = step(session, change(MessageId("console/9"), "drop"))
    assert same == session
    assert "not wait any more" in bodies(effects, Notice)[0].text


def test_what_belongs_elsewhere_cannot_join() -> None:
    session, _ = run(Prompted(prompt(1)), Prompted(prompt(2, "queue", OTHER)))
    same, effects = step(session, change(TWO, "steer"))
    assert same == session
    assert "goes next" in bodies(effects, Notice)[0].text


def test_deleting_what_was_offered_takes_it_back() -> None:
    """spec: 2.8"""
    session, _ = said("queue", "steer")
    _, effects = step(session, Retracted(TWO))
    assert effects == (TakeBack(TURN, TWO, "drop"),)


def test_what_is_chosen_for_the_session_goes_before_the_rules_and_is_kept() -> None:
    route = resolve(PLACE, Rules())
    chosen = Adjusted(MessageId("console/c"), PLACE, "waiting", "interrupt", "owner", route)
    _, effects = run(chosen, Prompted(prompt(1)), Prompted(prompt(2)))
    assert Amend(prompt(2, "interrupt")) in effects
    assert deeds(effects, InterruptTurn)


def test_a_burst_that_waits_is_one_turn() -> None:
    """spec: 3.7"""
    session = Session(KEY, burst=0.7)
    at = {1: 0.0, 2: 10.0, 3: 10.5, 4: 11.1, 5: 12.0}
    for n, when in at.items():
        session, _ = step(session, Prompted(replace(prompt(n), at=when)))
    session, _ = step(session, ended(TURN))
    assert [p.id for p in session.turn.prompts] == ["console/2", "console/3", "console/4"]
    assert waiting(session) == ["console/5"]


def test_a_burst_is_one_person_s() -> None:
    session = Session(KEY, burst=0.7)
    for n, sender in ((1, "Ada"), (2, "Ada"), (3, "Bob"), (4, "Ada")):
        said_now = replace(prompt(n), at=1.0, sender=sender)
        session, _ = step(session, Prompted(said_now))
    session, _ = step(session, ended(TURN))
    assert [p.id for p in session.turn.prompts] == ["console/2"]


def test_stop_leaves_no_card() -> None:
    session, _ = said("queue", "queue", "queue")
    _, effects = step(session, StopAsked(MessageId("console/s"), PLACE, "Ada"))
    assert taken_away(effects) == [f"{TWO}.waiting", f"{THREE}.waiting"]
