"""Another model goes on after a usage limit. spec: 20.1 20.2 20.3 20.4 20.5 20.7"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, ended, prompt

from carrel.core.effects import (
    CloseEngine,
    Finish,
    Fork,
    OpenTerminal,
    Pause,
    Remember,
    Revoke,
    Rewind,
    Shelve,
    StartTurn,
    Switch,
    WakeAt,
    WarmEngine,
)
from carrel.core.events import (
    Adjusted,
    Answered,
    Expected,
    ForgetAsked,
    ForkAsked,
    NewAsked,
    Prompted,
    Restored,
    ResumeAsked,
    RewindAsked,
    StatusAsked,
    TerminalCame,
    TerminalLeft,
    WakeAsked,
    Woken,
)
from carrel.core.messages import Menu, Notice
from carrel.core.model import COMPACT, Chosen, Grant, MessageId, Past, Session, TurnId, Usage
from carrel.core.routing import Rules, resolve
from carrel.core.session import step
from carrel.core.view import standing

SECOND = replace(TOKEN, value="t2")
EARLIER = Past(replace(TOKEN, value="t0"), "earlier", 0.5)
COMMAND = MessageId("console/c")
UNTIL = 600.0
IDLE = Session(KEY, resume=TOKEN, topic="boats", spare="haiku", past=(EARLIER,))


def limit(turn: str, until: float = UNTIL, at: float = 1.0, resume: object = TOKEN) -> object:
    return replace(ended(turn, "limit"), resets_at=until, at=at, resume=resume)


def answer(turn: str, resume: object = SECOND, at: float = 2.0) -> object:
    return replace(ended(turn), resume=resume, at=at)


def play(session: Session, *events: object) -> tuple[Session, list[object]]:
    done: list[object] = []
    for event in events:
        session, effects = step(session, event)
        done += effects
    return session, done


def limited() -> tuple[Session, list[object]]:
    """A turn has met the limit; the other model is at it."""
    session, _ = play(IDLE, Prompted(prompt(1)))
    return play(session, limit(session.turn.id))


def away() -> Session:
    """The other model has answered, and nothing runs."""
    session, _ = limited()
    return play(session, answer(session.turn.id))[0]


def owed() -> Session:
    """The first model goes on, and does not know yet what was said meanwhile."""
    return play(away(), Woken(UNTIL))[0]


def started(effects: list[object]) -> StartTurn:
    (one,) = [effect for effect in effects if isinstance(effect, StartTurn)]
    return one


def test_who_shall_go_back_after_the_turn_is_not_shown_a_time() -> None:
    session, _ = limited()
    session, _ = play(session, WakeAsked(COMMAND, PLACE, 2.0))
    _, effects = play(session, StatusAsked(COMMAND, PLACE))
    (told,) = bodies(effects, Notice)
    assert "haiku answers this turn" in told.text


def test_a_note_that_an_own_command_could_not_take_is_still_owed() -> None:
    session, _ = play(away(), Woken(UNTIL), Prompted(replace(prompt(2), text="/run review")))
    session, _ = play(session, answer(session.turn.id, resume=TOKEN))
    assert session.fallback.untold


def test_at_a_limit_the_message_goes_to_the_other_model_in_a_conversation_of_its_own() -> None:
    session, effects = limited()
    begun = started(effects)
    assert begun.turn.prompts == (prompt(1),), "nothing is lost"
    assert (begun.resume, begun.chosen.model, begun.told_of) == (None, "haiku", TOKEN)
    assert effects.index(CloseEngine()) < effects.index(begun)
    assert {WakeAt(UNTIL), Remember(None), Switch(session.fallback)} <= set(effects)
    assert not [e for e in effects if isinstance(e, Pause)]
    (menu,) = bodies(effects, Menu)
    assert menu.text == (
        "The usage limit is reached. haiku answers until 01 Jan, 00:10 UTC; then the first model "
        "goes on."
    )
    assert menu.options == (("Back to the first now", "/wake"),)


def test_it_is_told_once_what_was_said_before() -> None:
    session, effects = play(away(), Prompted(prompt(2)))
    assert started(effects).told_of is None
    assert (started(effects).resume, started(effects).chosen.model) == (SECOND, "haiku")
    assert standing(away()) == "fallback"
    assert session.topic == "boats"


def test_a_try_that_reached_no_engine_leaves_the_note_owed() -> None:
    session, _ = limited()
    after, _ = play(session, answer(session.turn.id, resume=None))
    _, effects = play(after, Prompted(prompt(2)))
    assert started(effects).told_of == TOKEN


def test_a_restart_in_the_middle_tells_it_again_and_goes_on_in_the_same_conversation() -> None:
    session, _ = limited()
    _, effects = play(session, Restored(3.0))
    assert (started(effects).resume, started(effects).told_of) == (None, TOKEN)
    assert started(effects).chosen.model == "haiku"
    _, effects = play(away(), Restored(3.0), Prompted(prompt(2)))
    assert WakeAt(UNTIL) in effects
    assert (started(effects).resume, started(effects).told_of) == (SECOND, None)


def test_an_answer_to_a_part_of_the_turn_is_enough_to_have_told_it() -> None:
    session, _ = limited()
    part = Answered(session.turn.id, (prompt(1).id,), "well", Usage(), SECOND)
    after, effects = play(session, part)
    assert not after.fallback.untold
    assert Switch(after.fallback) in effects


@pytest.mark.parametrize("way", [Woken(UNTIL), Restored(UNTIL), WakeAsked(COMMAND, PLACE, 5.0)])
def test_when_it_is_over_the_first_goes_on_and_is_told_what_was_said_meanwhile(way: object) -> None:
    back, effects = play(away(), way)
    assert {Remember(TOKEN), CloseEngine()} <= set(effects)
    assert standing(back) == "idle"
    assert Notice("haiku stood in; the first model goes on.") in bodies(effects, Notice)
    session, effects = play(back, Prompted(prompt(2)))
    begun = started(effects)
    assert (begun.resume, begun.told_of, begun.chosen.model) == (TOKEN, SECOND, None)
    after, effects = play(session, answer(session.turn.id, TOKEN, at=UNTIL + 9))
    assert after.fallback is None
    kept = Past(SECOND, "boats (haiku)", UNTIL + 9)
    assert {Switch(None), Shelve(kept)} <= set(effects)
    assert after.past == (kept, EARLIER)


def test_a_running_turn_is_ended_by_who_began_it() -> None:
    session, _ = play(away(), Prompted(prompt(2)))
    same, effects = play(session, Woken(UNTIL))
    assert (same, effects) == (session, [])
    _, effects = play(session, Prompted(prompt(3)), answer(session.turn.id, at=UNTIL))
    assert (started(effects).resume, started(effects).told_of) == (TOKEN, SECOND)


def test_nothing_is_owed_of_a_conversation_in_which_nothing_ended() -> None:
    session, _ = limited()
    refused, _ = play(session, answer(session.turn.id, resume=None))
    back, effects = play(refused, Woken(UNTIL))
    assert back.fallback is None
    assert {Switch(None), Remember(TOKEN)} <= set(effects)


def test_a_limit_of_the_other_model_too_pauses_until_the_first_of_both_is_over() -> None:
    session, _ = play(away(), Prompted(prompt(2)))
    paused, effects = play(session, limit(session.turn.id, 900.0, resume=SECOND))
    assert {Pause(UNTIL), WakeAt(UNTIL)} <= set(effects)
    assert (paused.waiting, paused.fallback.model) == ((prompt(2),), "haiku")
    _, effects = play(paused, Woken(UNTIL))
    assert (started(effects).resume, started(effects).told_of) == (TOKEN, SECOND)
    paused, effects = play(session, limit(session.turn.id, 300.0, resume=SECOND))
    _, effects = play(paused, Woken(300.0))
    assert started(effects).resume == SECOND, "its own limit is over, the first one's is not"


def test_a_limit_before_the_note_was_told_goes_back_without_one() -> None:
    session, _ = play(owed(), Prompted(prompt(2)))
    again, effects = play(session, limit(session.turn.id, until=2000.0, at=700.0))
    assert (started(effects).resume, started(effects).told_of) == (SECOND, None)
    assert (again.fallback.aside, again.fallback.until) == (TOKEN, 2000.0)


def test_the_first_turn_of_all_may_meet_the_limit() -> None:
    session, _ = play(replace(IDLE, resume=None), Prompted(prompt(1)))
    session, effects = play(session, replace(limit(session.turn.id), resume=None))
    assert (started(effects).resume, started(effects).told_of) == (None, None)
    back, _ = play(session, answer(session.turn.id), Woken(UNTIL))
    _, effects = play(back, Prompted(prompt(2)))
    assert (started(effects).resume, started(effects).told_of) == (None, SECOND)


def test_without_a_model_for_it_or_when_stopped_it_pauses() -> None:
    for spare, stopping in (("", None), ("haiku", "stop")):
        session, _ = play(replace(IDLE, spare=spare), Prompted(prompt(1)))
        session = replace(session, turn=replace(session.turn, stopping=stopping))
        paused, _ = play(session, limit(session.turn.id))
        assert (paused.paused_until, paused.fallback) == (UNTIL, None)


def test_the_engine_s_own_command_cannot_tell_it() -> None:
    room = replace(prompt(2), text=COMPACT)
    session, _ = play(owed(), Prompted(room))
    after, _ = play(session, answer(session.turn.id, TOKEN))
    assert after.fallback.untold


def test_a_turn_says_in_which_conversation_it_ended() -> None:
    session, _ = limited()
    _, effects = play(session, answer(session.turn.id))
    assert Finish(session.turn.id, "done", "t2") in effects


def test_new_leaves_both_conversations_and_the_limit_is_what_it_is() -> None:
    fresh, effects = play(away(), NewAsked(COMMAND, PLACE, "Ada", 7.0))
    assert [one.resume for one in fresh.past] == [TOKEN, SECOND, EARLIER.resume]
    assert [e.past.topic for e in effects if isinstance(e, Shelve)] == ["boats", "boats (haiku)"]
    assert (fresh.resume, fresh.fallback.aside) == (None, None)
    _, effects = play(fresh, Prompted(prompt(2)))
    begun = started(effects)
    assert (begun.resume, begun.chosen.model, begun.told_of) == (None, "haiku", None)
    later, _ = play(owed(), NewAsked(COMMAND, PLACE, "Ada", 700.0))
    assert (later.fallback, len(later.past)) == (None, 3)


def test_new_in_the_middle_of_a_turn_leaves_both_with_its_end() -> None:
    session, _ = play(away(), Prompted(prompt(2)), NewAsked(COMMAND, PLACE, "Ada", 7.0))
    fresh, effects = play(session, replace(ended(session.turn.id, "stopped", ""), resume=SECOND))
    assert [one.resume for one in fresh.past] == [TOKEN, SECOND, EARLIER.resume]
    assert (fresh.resume, fresh.fallback.aside, fresh.fallback.untold) == (None, None, False)
    assert CloseEngine() in effects


def test_an_earlier_conversation_is_told_to_the_other_model_and_goes_on_afterwards() -> None:
    there, _ = play(away(), ResumeAsked(COMMAND, PLACE, EARLIER.name, 7.0))
    assert [one.resume for one in there.past] == [TOKEN, SECOND]
    session, effects = play(there, Prompted(prompt(2)))
    assert (started(effects).resume, started(effects).told_of) == (None, EARLIER.resume)
    third = replace(TOKEN, value="t3")
    back, _ = play(session, answer(session.turn.id, third), Woken(UNTIL))
    assert (back.resume, back.fallback.aside) == (EARLIER.resume, third)


def test_forget_leaves_nothing_of_either() -> None:
    for session in (away(), owed()):
        gone, effects = play(session, ForgetAsked(COMMAND, PLACE, sure=True))
        assert (gone.resume, gone.past) == (None, ())
        assert gone.fallback is None or gone.fallback.aside is None
        assert Switch(gone.fallback) in effects


def test_only_files_go_back_meanwhile() -> None:
    for what in ("both", "conversation", "undo"):
        same, effects = play(away(), RewindAsked(COMMAND, PLACE, "1", what))
        assert same == away()
        assert "Only files can go back" in bodies(effects, Notice)[0].text
    _, effects = play(away(), RewindAsked(COMMAND, PLACE, "1", "files"))
    assert [e for e in effects if isinstance(e, Rewind)]


def test_a_terminal_gets_the_conversation_in_force() -> None:
    lent, effects = play(away(), TerminalCame(PLACE, 5.0))
    assert OpenTerminal(PLACE, SECOND, Chosen(model="haiku")) in effects
    kept, _ = play(lent, Woken(UNTIL))
    assert kept == lent, "nobody takes it from there"
    back, _ = play(lent, TerminalLeft(UNTIL, SECOND))
    assert (back.resume, back.fallback.aside) == (TOKEN, SECOND)


def test_a_terminal_that_would_find_nothing_gets_the_first_conversation() -> None:
    session, _ = limited()
    empty, _ = play(session, answer(session.turn.id, resume=None))
    lent, effects = play(empty, TerminalCame(PLACE, 5.0))
    assert OpenTerminal(PLACE, TOKEN, Chosen()) in effects
    assert lent.fallback is None


def test_a_side_thread_begins_with_what_knows_most() -> None:
    def resumed(session: Session) -> object:
        _, effects = play(session, ForkAsked(COMMAND, PLACE, "aside"))
        return next(e.resume for e in effects if isinstance(e, Fork))

    assert resumed(away()) == SECOND
    assert resumed(limited()[0]) == TOKEN
    assert resumed(owed()) == TOKEN


def test_an_engine_opened_ahead_is_the_one_in_force() -> None:
    _, effects = play(away(), Expected(PLACE))
    assert effects == [WarmEngine(PLACE, SECOND, Chosen(model="haiku"))]
    _, effects = play(owed(), Expected(PLACE))
    assert effects == [WarmEngine(PLACE, TOKEN, Chosen(), SECOND)]


def test_a_model_that_is_chosen_answers_from_the_next_turn_on() -> None:
    route = resolve(PLACE, Rules(model="opus"))
    chosen = Adjusted(COMMAND, PLACE, "model", "sonnet", "owner", route)
    back, effects = play(away(), chosen)
    assert Remember(TOKEN) in effects
    _, effects = play(back, Prompted(prompt(2)))
    assert (started(effects).resume, started(effects).chosen.model) == (TOKEN, "sonnet")
    running, _ = play(away(), Prompted(prompt(2)), chosen)
    assert running.fallback.until == 0.0
    after, _ = play(running, answer(running.turn.id))
    assert after.resume == TOKEN


def test_status_and_model_say_why() -> None:
    _, effects = play(away(), StatusAsked(COMMAND, PLACE))
    assert "haiku answers until 01 Jan, 00:10 UTC, because of a usage limit" in str(effects)
    route = resolve(PLACE, Rules(model="opus"))
    asked = Adjusted(COMMAND, PLACE, "model", "", "owner", route)
    _, effects = play(away(), asked)
    assert bodies(effects, Notice)[0].text == (
        "haiku answers until 01 Jan, 00:10 UTC, because of a usage limit; then the first model "
        "goes on. "
        "The model is opus (the default)."
    )
    _, effects = play(owed(), asked)
    assert bodies(effects, Notice)[0].text == "The model is opus (the default)."


def test_what_was_allowed_for_the_session_goes_along() -> None:
    grant = Grant("g1", "ls *", "Ada", 1.0)
    session, effects = play(
        replace(IDLE, grants=(grant,)), Prompted(prompt(1)), limit(TurnId(f"{KEY}#1"))
    )
    assert session.grants == (grant,)
    assert not [e for e in effects if isinstance(e, Revoke)]
