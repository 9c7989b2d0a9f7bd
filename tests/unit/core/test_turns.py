"""How turns begin, end, and are tried again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.effects import (
    CloseEngine,
    Effect,
    Entitle,
    Finish,
    Pause,
    Remember,
    Say,
    Settle,
    StartTurn,
    Take,
    WakeAt,
)
from carrel.core.events import Answered, TurnEnded
from carrel.core.messages import Answer, Body, Gone, Mark, Menu, Notice, Progress
from carrel.core.model import (
    Approval,
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    Turn,
    TurnId,
    Usage,
)
from carrel.core.turns import (
    DEFAULT_PAUSE,
    MAX_ATTEMPTS,
    next_turn,
    part_answered,
    settle,
    try_again,
    turn_ended,
    withdraw,
)

HERE, THERE = Conversation("fake", "a"), Conversation("fake", "b")
TOKEN = ResumeToken("scripted", "t1", "/")
OLD = ResumeToken("scripted", "t0", "/")


def prompt(n: int, waiting: str = "queue", place: Conversation = HERE) -> Prompt:
    return Prompt(MessageId(f"fake/{n}"), place, "Ada", f"text {n}", waiting=waiting)


ONE, TWO, THREE = prompt(1), prompt(2), prompt(3)
TURN = Turn(TurnId("fake:a#1"), (ONE, TWO), started_at=5.0)
SESSION = Session(SessionKey("fake:a"), turns=1, turn=TURN, resume=OLD)


def ended(reason: str, *read: Prompt, text: str = "well") -> TurnEnded:
    known = tuple(p.id for p in read)
    return TurnEnded(TURN.id, reason, text, known, Usage(), TOKEN, 100.0)


def end(session: Session, event: TurnEnded) -> tuple[Session, tuple[Effect, ...]]:
    return turn_ended(session, session.turn, event)


def said(effects: tuple[Effect, ...], kind: type[Body]) -> list[Body]:
    bodies = [e.outbound.body for e in effects if isinstance(e, Say)]
    return [body for body in bodies if isinstance(body, kind)]


def fates(effects: tuple[Effect, ...]) -> dict[str, str]:
    return {e.message: e.fate for e in effects if isinstance(e, Settle)}


def test_a_turn_takes_the_head_and_names_itself_by_number() -> None:
    """spec: 3.1 4.2"""
    idle = Session(SessionKey("fake:a"), turns=4, waiting=(ONE, TWO), resume=OLD)
    session, effects = next_turn(idle, 9.0)
    turn = Turn(TurnId("fake:a#5"), (ONE,), started_at=9.0)
    assert session == replace(idle, turns=5, turn=turn, waiting=(TWO,), topic="text 1")
    assert Entitle("text 1") in effects
    assert effects[0] == Take(turn)
    assert effects[-1] == StartTurn(turn, OLD)
    assert [o.outbound.nonce for o in effects if isinstance(o, Say)] == [
        "fake/1.mark",
        "fake/1.waiting",
        "fake:a#5.card",
    ]


@pytest.mark.parametrize(
    "session",
    [
        Session(SessionKey("fake:a")),
        Session(SessionKey("fake:a"), waiting=(ONE,), paused_until=9.0),
        replace(SESSION, waiting=(THREE,)),
    ],
    ids=["nothing waits", "paused", "a turn runs"],
)
def test_no_turn_begins(session: Session) -> None:
    """spec: 1.1"""
    assert next_turn(session, 1.0) == (session, ())


@pytest.mark.parametrize(
    ("waiting", "taken"),
    [
        (["queue", "queue"], 1),
        (["steer", "steer"], 1),
        (["collect", "collect", "queue"], 2),
        (["queue", "collect", "collect"], 1),
        (["collect", "steer", "collect"], 1),
        (["queue", "queue", "interrupt", "queue"], 3),
        (["interrupt", "queue"], 1),
        (["interrupt", "queue", "interrupt"], 3),
    ],
)
def test_a_turn_takes_a_prefix_of_the_queue(waiting: list[str], taken: int) -> None:
    """spec: 3.1"""
    prompts = tuple(prompt(n, mode) for n, mode in enumerate(waiting))
    session, _ = next_turn(Session(SessionKey("default"), waiting=prompts), 1.0)
    assert session.turn.prompts == prompts[:taken]
    assert session.waiting == prompts[taken:]


@pytest.mark.parametrize("mode", ["collect", "interrupt"])
def test_a_turn_never_mixes_conversations(mode: str) -> None:
    """spec: 3.2"""
    prompts = (prompt(1, mode), prompt(2, mode, THERE), prompt(3, mode))
    session, _ = next_turn(Session(SessionKey("default"), waiting=prompts), 1.0)
    assert session.turn.prompts == prompts[:1]


def test_what_was_read_is_answered_and_the_rest_runs_next() -> None:
    """spec: 1.2 2.3"""
    session, effects = end(replace(SESSION, waiting=(THREE,)), ended("done", ONE))
    assert fates(effects) == {"fake/1": "done", "fake/2": "queued"}
    assert session.turn.id == "fake:a#2"
    assert session.turn.prompts == (TWO,)
    assert session.waiting == (THREE,)
    assert session.resume == TOKEN
    assert effects.index(Finish(TURN.id, "done", TOKEN.value)) < effects.index(Take(session.turn))


@pytest.mark.parametrize(
    ("reason", "stopping", "fate", "shown"),
    [
        ("done", None, "done", Answer("well", "0 s", ONE.id)),
        ("done", "stop", "done", Answer("well", "0 s", ONE.id)),
        ("failed", None, "failed", Notice("well", "error")),
        ("stopped", None, "stopped", Answer("well", "stopped · 0 s", ONE.id)),
        ("stopped", "stop", "stopped", Answer("well", "stopped · 0 s", ONE.id)),
        ("failed", "stop", "stopped", Notice("Stopped.")),
        ("lost", "stop", "stopped", Notice("Stopped.")),
        ("limit", "stop", "stopped", Notice("Stopped.")),
        ("stopped", "interrupt", "superseded", Answer("well", "stopped · 0 s", ONE.id)),
        ("lost", "interrupt", "superseded", Notice("Stopped.")),
    ],
)
def test_every_end_settles_what_was_read_and_says_how(
    reason: str, stopping: str | None, fate: str, shown: Body
) -> None:
    """spec: 2.3 8.1 8.2"""
    session = replace(SESSION, turn=replace(TURN, stopping=stopping))
    session, effects = end(session, ended(reason, ONE, TWO))
    assert session.turn is None
    assert fates(effects) == {"fake/1": fate, "fake/2": fate}
    assert said(effects, Answer) + said(effects, Notice) == [shown]
    assert said(effects, Gone)


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (ended("done", ONE, text=""), Answer("Done.", "0 s", ONE.id)),
        (ended("stopped", ONE, text=""), Notice("Stopped.")),
        (ended("failed", ONE, text=""), Notice("The turn failed.", "error")),
    ],
)
def test_an_end_without_words_has_a_sentence_all_the_same(event: TurnEnded, shown: Body) -> None:
    """spec: 8.1 8.2"""
    _, effects = end(SESSION, event)
    assert said(effects, type(shown))[-1] == shown


def test_an_answer_in_time_for_a_stop_answers_only_what_it_had_read() -> None:
    stopping = replace(SESSION, turn=replace(TURN, stopping="stop"))
    _, effects = end(stopping, ended("done", ONE))
    assert fates(effects) == {"fake/1": "done", "fake/2": "stopped"}


def test_a_stop_ends_what_was_not_read_too() -> None:
    stopping = replace(SESSION, turn=replace(TURN, stopping="stop"))
    session, effects = end(stopping, ended("stopped", ONE))
    assert fates(effects) == {"fake/1": "stopped", "fake/2": "stopped"}
    assert not session.waiting


def test_the_first_prompt_ends_with_its_turn_even_if_nothing_says_that_it_was_read() -> None:
    _, effects = end(SESSION, ended("failed"))
    assert fates(effects) == {"fake/1": "failed", "fake/2": "queued"}


def test_a_part_of_the_turn_is_answered_and_the_turn_goes_on() -> None:
    event = Answered(TURN.id, (ONE.id,), "one", Usage(), TOKEN)
    session, effects = part_answered(SESSION, TURN, event)
    assert session.turn == replace(TURN, prompts=(TWO,), parts=1)
    assert session.resume == TOKEN
    assert Remember(TOKEN) in effects
    assert fates(effects) == {"fake/1": "done"}
    _, effects = end(session, ended("done", TWO))
    nonces = [e.outbound.nonce for e in effects if isinstance(e, Say)]
    assert "fake:a#1.answer.1" in nonces


def test_an_answer_to_everything_leaves_the_turn_something_to_stand_for() -> None:
    event = Answered(TURN.id, (ONE.id, TWO.id), "both", Usage(), None)
    session, _ = part_answered(SESSION, TURN, event)
    assert session.turn.prompts == (TWO,)
    assert session.resume == OLD


def test_a_lost_turn_is_the_same_turn_again() -> None:
    """spec: 4.2"""
    session, effects = end(SESSION, ended("lost"))
    assert session.turn == replace(TURN, attempt=2)
    assert session.resume == TOKEN
    assert effects[0] == Take(session.turn)
    assert effects[-1] == StartTurn(session.turn, TOKEN)
    assert said(effects, Progress)[0].note == f"try 2 of {MAX_ATTEMPTS}"
    assert not fates(effects)


def test_a_turn_that_was_tried_enough_is_set_aside_and_the_next_begins() -> None:
    """spec: 7.3 8.2"""
    last = replace(SESSION, turn=replace(TURN, attempt=MAX_ATTEMPTS), waiting=(THREE,))
    session, effects = end(last, ended("lost", text="It went away."))
    assert fates(effects) == {"fake/1": "failed", "fake/2": "failed"}
    assert said(effects, Notice) == [Notice("Set aside after 3 tries. It went away.", "error")]
    assert said(effects, Gone)
    assert session.turn.prompts == (THREE,)
    assert Finish(TURN.id, "failed") in effects


def test_commands_that_waited_for_a_turn_are_done_with_it() -> None:
    """spec: 2.5"""
    command = MessageId("fake/stop")
    obeying = replace(SESSION, obeying=(command,), turn=replace(TURN, stopping="stop"))
    session, effects = end(obeying, ended("stopped"))
    assert session.obeying == ()
    assert fates(effects)[command] == "done"


def test_a_turn_without_prompts_is_closed_when_it_is_found() -> None:
    empty = replace(TURN, prompts=())
    session, effects = try_again(replace(SESSION, turn=empty, waiting=(THREE,)), empty, "why")
    assert effects[0] == Finish(TURN.id, "done")
    assert session.turn.prompts == (THREE,)


def test_a_renewed_session_forgets_and_lets_its_engine_go() -> None:
    renewing = replace(SESSION, renewing=True, turn=replace(TURN, stopping="stop"))
    session, effects = end(renewing, ended("stopped", ONE, TWO))
    assert session.resume is None
    assert not session.renewing
    assert Remember(None) in effects
    assert effects[-1] == CloseEngine()


def test_a_limit_keeps_everything_and_counts_all_that_waits() -> None:
    """spec: 8.3"""
    waiting = replace(SESSION, waiting=(THREE,))
    session, effects = end(waiting, replace(ended("limit", ONE), resets_at=3600.0))
    assert session.turn is None
    assert session.waiting == (ONE, TWO, THREE)
    assert session.paused_until == 3600.0
    assert effects[-2:] == (Pause(3600.0), WakeAt(3600.0))
    assert fates(effects) == {"fake/1": "queued", "fake/2": "queued"}
    (menu,) = said(effects, Menu)
    assert "01:00 UTC; 3 waiting" in menu.text


@pytest.mark.parametrize("resets_at", [None, 0.0, 99.0, 100.0])
def test_a_limit_that_lifts_at_an_unknown_or_past_time_does_not_spin(
    resets_at: float | None,
) -> None:
    """Woken at once, the same turn would meet the same limit again, for ever."""
    session, _ = end(SESSION, replace(ended("limit"), resets_at=resets_at))
    assert session.paused_until == 100.0 + DEFAULT_PAUSE


def test_open_approvals_are_withdrawn_with_the_turn() -> None:
    approval = Approval("ap1", TURN.id, "Bash", "Run", "ls", "/w", "d")
    asking = replace(SESSION, approvals=(approval,))
    assert len(withdraw(asking)) == 2
    assert len(withdraw(replace(asking, turn=None))) == 1
    session, effects = end(asking, ended("done", ONE, TWO))
    assert session.approvals == ()
    assert effects[:2] == withdraw(asking)


def test_a_fate_is_recorded_and_shown() -> None:
    effects = settle((ONE, TWO), "superseded")
    assert fates(effects) == {"fake/1": "superseded", "fake/2": "superseded"}
    assert said(effects, Mark) == [Mark(ONE.id, "stopped"), Mark(TWO.id, "stopped")]


def test_nothing_to_report_is_said_of_the_answer_and_of_each_of_its_parts() -> None:
    _, effects = end(SESSION, replace(ended("done", ONE, TWO), nothing=True))
    (answer,) = said(effects, Answer)
    assert answer.nothing
    _, effects = end(SESSION, ended("done", ONE, TWO))
    (answer,) = said(effects, Answer)
    assert not answer.nothing
