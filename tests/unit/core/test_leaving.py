"""A deleted conversation takes its session along; a shared session goes on without it."""

from __future__ import annotations

from carrel.core.effects import (
    CloseEngine,
    Discard,
    Finish,
    InterruptTurn,
    Leave,
    Left,
    Remember,
    Settle,
    StartTurn,
)
from carrel.core.events import Missed, Prompted, Restored, TurnEnded, Vanished
from carrel.core.leaving import discarded, vanished
from carrel.core.model import (
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    TurnId,
    Usage,
)
from carrel.core.session import step

HERE, THERE = Conversation("fake", "a"), Conversation("fake", "b")
TURN = TurnId("fake:a#1")
OWN, SHARED = Vanished(HERE, own=True), Vanished(HERE, own=False)
TOKEN = ResumeToken("scripted", "t", "/")


def prompt(n: int, place: Conversation = HERE) -> Prompt:
    return Prompt(MessageId(f"fake/{n}"), place, "Ada", f"text {n}", at=float(n))


def session(*events: object) -> Session:
    after = Session(SessionKey("fake:a"), resume=TOKEN)
    for event in events:
        after, _ = step(after, event)
    return after


def test_an_idle_session_leaves_at_once() -> None:
    """spec: 8.6"""
    after, effects = vanished(session(), OWN)
    assert (after.leaving, after.resume) == (True, None)
    assert effects == (Leave(gone=True), Remember(None), CloseEngine(), Discard())


def test_what_waits_ends_and_the_running_turn_is_stopped_first() -> None:
    """spec: 8.6"""
    before = session(Prompted(prompt(1)), Prompted(prompt(2)), Missed(prompt(3)))
    after, effects = vanished(before, OWN)
    assert (after.waiting, after.missed) == ((), ())
    assert effects == (
        *(Settle(prompt(n).id, "stopped") for n in (2, 3)),
        Leave(gone=True),
        InterruptTurn(TURN),
    )
    ended = TurnEnded(TURN, "stopped", "", (prompt(1).id,), Usage(), TOKEN, 9.0)
    after, effects = step(after, ended)
    assert (after.turn, after.resume) == (None, None)
    assert effects[-2:] == (CloseEngine(), Discard())


def test_a_turn_for_another_place_is_stopped_too_when_the_session_goes() -> None:
    """One that was lost instead would be tried again, and the folders never go. spec: 8.6"""
    after, effects = vanished(session(Prompted(prompt(1, THERE))), OWN)
    assert effects == (Leave(gone=True), InterruptTurn(TURN))
    after, effects = step(after, TurnEnded(TURN, "lost", "gone", (), Usage(), TOKEN, 9.0))
    assert after.turn is None
    assert effects[-1] == Discard()


def test_nothing_begins_before_the_folders_are_gone() -> None:
    """spec: 8.6"""
    after, _ = step(session(OWN), Prompted(prompt(4)))
    assert after.turn is None
    after, effects = discarded(after)
    assert effects[0] == Left()
    assert after.turn.prompts == (prompt(4),)


def test_a_restart_takes_it_to_the_trash_and_tries_no_turn_again() -> None:
    """spec: 8.6"""
    running = session(Prompted(prompt(1)))
    after, effects = step(vanished(running, OWN)[0], Restored(9.0))
    assert after.turn is None
    assert Finish(TURN, "interrupted") in effects
    assert Settle(prompt(1).id, "stopped") in effects
    assert effects[-1] == Discard()
    assert not [e for e in effects if isinstance(e, StartTurn)]
    assert Discard() in step(session(OWN), Restored(9.0))[1]


def test_a_shared_session_loses_only_what_was_said_there() -> None:
    """spec: 8.6"""
    before = session(Prompted(prompt(1, THERE)), Prompted(prompt(2)), Prompted(prompt(3, THERE)))
    after, effects = vanished(before, SHARED)
    assert after.waiting == (prompt(3, THERE),)
    assert after.turn == before.turn
    assert effects == (Settle(prompt(2).id, "stopped"),)
    assert not after.leaving


def test_a_shared_session_stops_the_turn_that_nobody_can_read() -> None:
    after, effects = vanished(session(Prompted(prompt(1))), SHARED)
    assert effects == (InterruptTurn(TURN),)
    assert vanished(after, SHARED) == (after, ())
