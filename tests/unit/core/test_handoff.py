"""A session goes over to a terminal and comes back."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core.sessions import KEY, PLACE, TOKEN, bodies, ended, prompt, run

from carrel.core.effects import (
    Discard,
    EndTerminal,
    Entitle,
    Leave,
    Lend,
    OpenTerminal,
    Remember,
    Settle,
    Shelve,
    StartTurn,
    WatchTerminal,
)
from carrel.core.events import (
    Discarded,
    ForgetAsked,
    HandoffAsked,
    Prompted,
    TerminalCame,
    TerminalLeft,
    Vanished,
)
from carrel.core.messages import Menu, Notice
from carrel.core.model import MessageId, Past, Session
from carrel.core.session import step

COMMAND = MessageId("console/c")
CAME, LEFT = TerminalCame(PLACE, 5.0), TerminalLeft(9.0)
BACK = HandoffAsked(COMMAND, PLACE, back=True)
OTHER = replace(TOKEN, value="t2")


def kinds(effects: object) -> list[str]:
    return [type(effect).__name__ for effect in effects]


def test_an_idle_session_goes_over_at_once() -> None:
    """spec: 16.1"""
    session, effects = step(Session(KEY, resume=TOKEN), CAME)
    assert session.terminal.begun
    assert kinds(effects) == ["Lend", "Say", "OpenTerminal", "WatchTerminal"]


def test_a_running_turn_ends_first_and_the_terminal_goes_before_what_waits() -> None:
    """spec: 16.1"""
    session, effects = run(Prompted(prompt(1)), CAME, Prompted(prompt(2)))
    assert not session.terminal.begun
    assert WatchTerminal(5.0) in effects
    assert "OpenTerminal" not in kinds(effects)
    session, effects = step(session, ended(f"{KEY}#1"))
    assert session.terminal.begun
    assert [p.id for p in session.waiting] == [prompt(2).id]
    assert OpenTerminal(PLACE, TOKEN) in effects
    assert "StartTurn" not in kinds(effects)


def test_what_waits_goes_on_when_it_is_left() -> None:
    """spec: 16.4"""
    session, _ = run(CAME, Prompted(prompt(1)))
    session, effects = step(session, LEFT)
    assert session.terminal is None
    assert Lend(None) in effects
    assert [e.turn.prompts[0].id for e in effects if isinstance(e, StartTurn)] == [prompt(1).id]
    card, told = bodies(effects, Menu)
    assert card == Menu("In a terminal from 00:00 UTC to 00:00 UTC.")
    assert "left" in told.text


def test_one_that_leaves_before_it_began_leaves_no_trace() -> None:
    session, _ = run(Prompted(prompt(1)), CAME)
    assert step(session, LEFT) == (replace(session, terminal=None), ())
    assert step(Session(KEY), LEFT) == (Session(KEY), ())


def test_the_chat_goes_on_with_the_conversation_that_the_terminal_had_last() -> None:
    """spec: 16.5"""
    lent, _ = step(Session(KEY, resume=TOKEN, topic="lanterns"), CAME)
    session, effects = step(lent, TerminalLeft(9.0, OTHER))
    past = Past(TOKEN, "lanterns", 9.0)
    assert (session.resume, session.past, session.topic) == (OTHER, (past,), "")
    assert effects[1:4] == (Shelve(past), Remember(OTHER), Entitle(""))
    same, effects = step(lent, TerminalLeft(9.0, TOKEN))
    assert (same.resume, same.past, same.topic) == (TOKEN, (), "lanterns")
    assert "Remember" not in kinds(effects)
    fresh, _ = step(Session(KEY), CAME)
    assert step(fresh, TerminalLeft(9.0, OTHER))[0].resume == OTHER


def test_how_to_go_over_is_said_and_where_it_is() -> None:
    bare, lent = Session(KEY), step(Session(KEY), CAME)[0]
    asked = HandoffAsked(COMMAND, PLACE, back=False)
    (how,) = bodies(step(bare, asked)[1], Menu)
    assert "`carrel attach console:a`" in how.text
    assert how.options == ()
    (where,) = bodies(step(lent, asked)[1], Menu)
    assert where.options == (("Take it back", "/handoff back"),)


def test_taking_it_back_ends_the_process_and_starts_nothing_before() -> None:
    """spec: 16.3"""
    session, _ = run(CAME, Prompted(prompt(1)))
    session, effects = step(session, BACK)
    assert effects[0] == Settle(COMMAND, "done")
    assert effects[-2:] == (Lend(session.terminal), EndTerminal())
    assert session.terminal.ending
    assert "StartTurn" not in kinds(effects)
    _, effects = step(session, LEFT)
    assert "StartTurn" in kinds(effects)


def test_there_may_be_nothing_to_take_back() -> None:
    _, effects = step(Session(KEY), BACK)
    assert bodies(effects, Notice) == [
        Notice("No terminal continues this session.", reply_to=COMMAND)
    ]


def test_one_that_waits_is_told_to_leave_too() -> None:
    session, _ = run(Prompted(prompt(1)), CAME)
    session, effects = step(session, BACK)
    assert effects[-1] == EndTerminal()
    assert "Lend" not in kinds(effects), "nothing of it was ever saved"


def test_a_deleted_conversation_ends_the_terminal_before_its_folders_go() -> None:
    """spec: 16.3"""
    session, _ = run(CAME)
    session, effects = step(session, Vanished(PLACE, own=True))
    assert effects == (Leave(gone=True), Lend(session.terminal), EndTerminal())
    session, effects = step(session, LEFT)
    assert effects[-1] == Discard()


def test_one_that_waits_for_a_session_whose_folders_go_has_nothing_any_more() -> None:
    """spec: 16.1"""
    session, _ = run(Prompted(prompt(1)), CAME, ForgetAsked(COMMAND, PLACE, sure=True))
    session, effects = step(session, ended(f"{KEY}#1", "stopped"))
    assert effects[-1] == Discard()
    assert not session.terminal.begun
    session, _ = step(session, Prompted(prompt(2)))
    session, effects = step(session, Discarded())
    assert session.terminal is None
    assert "OpenTerminal" not in kinds(effects)
    assert session.turn.prompts == (prompt(2),)


def test_whoever_had_the_lease_before_is_gone() -> None:
    session, _ = run(CAME)
    session, effects = step(session, TerminalCame(PLACE, 7.0))
    closed, opened = bodies(effects, Menu)
    assert "from" in closed.text
    assert "since" in opened.text
    assert session.terminal.since == 7.0
