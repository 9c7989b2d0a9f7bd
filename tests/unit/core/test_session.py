"""The heart, by example."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import PLACE, TOKEN, bodies, ended, prompt, run

from carrel.core.effects import (
    CloseEngine,
    InterruptTurn,
    Linger,
    Pause,
    Remember,
    Say,
    Settle,
    StartTurn,
    Take,
    WakeAt,
)
from carrel.core.events import (
    Begun,
    Forgot,
    Halted,
    Lingered,
    NewAsked,
    Overdue,
    Prompted,
    Restored,
    StatusAsked,
    StopAsked,
    WakeAsked,
    Woken,
    Wrote,
)
from carrel.core.messages import Answer, Gone, Mark, Menu, Notice
from carrel.core.model import MessageId, TurnId
from carrel.core.session import step
from carrel.core.turns import LONGEST_PAUSE, MAX_ATTEMPTS


def test_a_prompt_starts_a_turn_that_is_taken_before_it_is_begun() -> None:
    session, effects = run(Prompted(prompt(1)))
    kinds = [type(e) for e in effects]
    assert session.turn is not None
    assert kinds.index(Take) < kinds.index(StartTurn)


def test_the_answer_replies_to_its_question_and_the_card_goes() -> None:
    _, effects = run(Prompted(prompt(1)), ended("console:a#1"))
    (answer,) = bodies(effects, Answer)
    assert answer.text == "well"
    assert answer.reply_to == "console/1"
    assert bodies(effects, Gone)


def test_a_steered_prompt_that_was_not_read_runs_next() -> None:
    session, _ = run(
        Prompted(prompt(1)),
        Prompted(prompt(2, "steer")),
        ended("console:a#1", "done", "x", "console/1"),
    )
    assert session.turn is not None
    assert [p.id for p in session.turn.prompts] == ["console/2"]


def test_interrupt_takes_the_turns_place() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2, "interrupt")))
    assert [e for e in effects if isinstance(e, InterruptTurn)]
    session, effects = step(session, ended("console:a#1", "stopped", "part"))
    assert Settle(MessageId("console/1"), "superseded") in effects
    assert session.turn.prompts[0].id == "console/2"


def test_collect_takes_its_whole_run_as_one_turn() -> None:
    session, _ = run(
        Prompted(prompt(1)),
        *(Prompted(prompt(n, "collect")) for n in (2, 3)),
        Prompted(prompt(4)),
        ended("console:a#1"),
    )
    assert [p.id for p in session.turn.prompts] == ["console/2", "console/3"]


def test_stop_cancels_what_waits_before_the_turn() -> None:
    session, effects = run(
        Prompted(prompt(1)), Prompted(prompt(2)), StopAsked(MessageId("console/s"), PLACE, "Ada")
    )
    assert effects.index(Settle(MessageId("console/2"), "stopped")) < effects.index(
        InterruptTurn(TurnId("console:a#1"))
    )
    session, effects = step(session, ended("console:a#1", "stopped", ""))
    assert session.turn is None
    assert Settle(MessageId("console/s"), "done") in effects


def test_stop_when_idle_says_so() -> None:
    _, effects = run(StopAsked(MessageId("console/s"), PLACE, "Ada"))
    assert bodies(effects, Notice)[0].text == "Nothing is running."


def test_new_forgets_the_engine_conversation_after_the_turn() -> None:
    session, _ = run(Prompted(prompt(1)), ended("console:a#1"))
    assert session.resume == TOKEN
    session, effects = step(session, NewAsked(MessageId("console/n"), PLACE, "Ada"))
    assert session.resume is None
    assert Remember(None) in effects
    assert CloseEngine() in effects
    session, _ = step(session, Prompted(prompt(2)))
    session, effects = step(session, NewAsked(MessageId("console/n2"), PLACE, "Ada"))
    assert InterruptTurn(TurnId("console:a#2")) in effects
    session, effects = step(session, ended("console:a#2", "stopped"))
    assert session.resume is None
    assert CloseEngine() in effects


def test_a_lost_turn_is_tried_again_and_then_set_aside() -> None:
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)))
    for _ in range(MAX_ATTEMPTS - 1):
        session, effects = step(session, ended("console:a#1", "lost", "The agent went away."))
        assert session.turn.id == "console:a#1"
    session, effects = step(session, ended("console:a#1", "lost", "The agent went away."))
    assert Settle(MessageId("console/1"), "failed") in effects
    assert bodies(list(effects), Notice)[0].tone == "error"
    assert session.turn.prompts[0].id == "console/2"


def test_a_graceful_halt_costs_no_try() -> None:
    session, _ = run(Prompted(prompt(1)), Halted(), Restored(2.0))
    assert session.turn.attempt == 1


def test_a_limit_pauses_keeps_the_queue_and_resumes_by_itself() -> None:
    limited = replace(ended("console:a#1", "limit"), resets_at=60.0)
    session, effects = run(Prompted(prompt(1)), Prompted(prompt(2)), limited)
    assert [p.id for p in session.waiting] == ["console/1", "console/2"]
    assert Pause(60.0) in effects
    assert WakeAt(60.0) in effects
    assert step(session, Woken(59.0))[0].turn is None
    assert step(session, Woken(60.0))[0].turn.prompts[0].id == "console/1"


def test_progress_and_status_change_nothing() -> None:
    session, _ = run(Prompted(prompt(1)))
    assert step(session, Wrote(TurnId("console:a#1"), "x")) == (session, ())
    same, effects = step(session, StatusAsked(MessageId("console/q"), PLACE))
    assert same == session
    assert "working" in bodies(list(effects), Notice)[0].text


def test_a_pause_is_never_longer_than_limits_are() -> None:
    milliseconds = replace(ended("console:a#1", "limit"), resets_at=1.7e12)
    session, _ = run(Prompted(prompt(1)), milliseconds)
    assert session.paused_until <= 1.0 + LONGEST_PAUSE


def test_a_person_may_end_a_pause() -> None:
    limited = replace(ended("console:a#1", "limit"), resets_at=60.0)
    session, effects = run(Prompted(prompt(1)), limited)
    (menu,) = bodies(effects, Menu)
    assert menu.options == (("Switch model", "/switch"), ("Try again now", "/wake"))
    awake, effects = step(session, WakeAsked(MessageId("console/w"), PLACE, 5.0))
    assert Pause(None) in effects
    assert awake.turn.prompts[0].id == "console/1"
    same, effects = step(awake, WakeAsked(MessageId("console/v"), PLACE, 6.0))
    assert same == awake
    assert "Nothing is paused" in bodies(effects, Notice)[0].text


def test_new_and_a_restart_lift_a_pause() -> None:
    limited = replace(ended("console:a#1", "limit"), resets_at=60.0)
    session, _ = run(Prompted(prompt(1)), limited)
    for event in (NewAsked(MessageId("console/n"), PLACE, "Ada"), Restored(2.0)):
        lifted, effects = step(session, event)
        assert Pause(None) in effects
        assert lifted.turn.prompts[0].id == "console/1"


def signs(effects: list[object]) -> list[str]:
    return [body.sign for body in bodies(effects, Mark)]


def test_the_receipt_says_that_the_engine_has_it_only_when_it_has() -> None:
    session, effects = run(Prompted(prompt(1)))
    assert signs(effects) == ["stored"]
    _, effects = step(session, Begun(TurnId("console:a#1")))
    assert signs(list(effects)) == ["working"]
    assert step(session, Begun(TurnId("console:a#0"))) == (session, ())


def test_a_forward_waits_a_moment_for_its_comment_and_they_are_one_turn() -> None:
    """spec: 3.5"""
    forward = prompt(1, more=True)
    session, effects = run(Prompted(forward))
    assert session.turn is None
    assert [e for e in effects if isinstance(e, Linger)]
    session, _ = step(session, Prompted(prompt(2)))
    assert session.turn.prompts == (forward, prompt(2))


def test_a_forward_without_a_comment_is_a_turn_after_a_moment() -> None:
    session, _ = run(Prompted(prompt(1, more=True)), Lingered(3.0))
    assert [p.id for p in session.turn.prompts] == ["console/1"]
    assert step(session, Lingered(4.0)) == (session, ())


def test_another_s_words_are_no_comment() -> None:
    other = replace(prompt(2), sender="Bob")
    session, _ = run(Prompted(prompt(1, more=True)), Prompted(other))
    assert [p.id for p in session.turn.prompts] == ["console/1"]
    assert session.waiting == (other,)


def test_a_forward_in_the_queue_takes_its_comment_along() -> None:
    session, _ = run(
        Prompted(prompt(1)),
        Prompted(prompt(2, more=True)),
        Prompted(prompt(3)),
        Prompted(prompt(4)),
        ended("console:a#1", "done", "x", "console/1"),
    )
    assert [p.id for p in session.turn.prompts] == ["console/2", "console/3"]


def test_a_message_whose_time_is_up_stops_its_turn_and_no_other() -> None:
    session, _ = run(Prompted(prompt(1)), Prompted(prompt(2)))
    stopping, effects = step(session, Overdue(prompt(1).id))
    assert effects == (InterruptTurn(session.turn.id),)
    assert stopping.waiting == session.waiting, "what others said goes on waiting"
    assert step(stopping, Overdue(prompt(1).id)) == (stopping, ())
    left, effects = step(session, Overdue(prompt(2).id))
    assert left.waiting == ()
    assert Settle(prompt(2).id, "stopped") in effects
    assert step(session, Overdue(prompt(9).id)) == (session, ())
    over, effects = step(stopping, ended(session.turn.id, "stopped", ""))
    assert over.turn is not None, "the next one begins"
    assert Settle(prompt(1).id, "stopped") in effects


def test_a_lost_context_is_said_in_a_line_that_stays() -> None:
    """spec: 7.4"""
    session, effects = run(Prompted(prompt(1)), Forgot(TurnId("console:a#1"), "Context was lost."))
    assert [one.text for one in bodies(effects, Notice)] == ["Context was lost."]
    _, effects = step(session, ended("console:a#1"))
    assert "console:a#1.forgot" not in [e.outbound.nonce for e in effects if isinstance(e, Say)]
    assert step(session, Forgot(TurnId("console:a#0"), "late")) == (session, ())
