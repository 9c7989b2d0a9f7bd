"""A session goes back to before a turn. spec: 14.7"""

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.editing import Anew
from carrel.core.effects import (
    Become,
    CloseEngine,
    Inquire,
    Remember,
    Rewind,
    Say,
    Settle,
    Shelve,
    StartTurn,
    Unshelve,
)
from carrel.core.events import (
    Expected,
    Found,
    Inquired,
    NewAsked,
    Prompted,
    Restored,
    RewindAsked,
    Rewound,
)
from carrel.core.messages import Gone, Inbound, Notice, Outbound
from carrel.core.model import (
    Conversation,
    MessageId,
    Past,
    Prompt,
    ResumeToken,
    Sender,
    Session,
    SessionKey,
    Terminal,
    Turn,
    TurnId,
)
from carrel.core.session import step

HERE = Conversation("console", "a")
COMMAND = MessageId("console/c")
TOKEN, COPY = (ResumeToken("scripted", name, "/") for name in ("one", "two"))
SESSION = Session(SessionKey("console:a"), turns=3, resume=TOKEN, topic="lanterns")
PROMPT = Prompt(MessageId("console/1"), HERE, "Ada", "text", at=8.0)
ASKED = RewindAsked(COMMAND, HERE, "2", "both")
DONE = Rewound(COMMAND, HERE, Notice("well"), moved=True, resume=COPY, at=9.0)


def test_the_engine_is_closed_before_anything_is_touched() -> None:
    after, effects = step(SESSION, ASKED)
    deed = Rewind(COMMAND, HERE, TurnId("console:a#2"), "both", TOKEN)
    assert effects == (CloseEngine(), deed)
    assert after.rewinding == COMMAND


@pytest.mark.parametrize(
    "busy",
    [
        {"turn": Turn(TurnId("console:a#3"), (PROMPT,))},
        {"leaving": True},
        {"terminal": Terminal(HERE, 1.0)},
    ],
)
def test_it_never_races(busy) -> None:
    session = replace(SESSION, **busy)
    after, effects = step(session, ASKED)
    assert after == session
    assert Settle(COMMAND, "done") in effects
    assert not any(isinstance(one, Rewind) for one in effects)


def test_nothing_begins_in_a_worktree_that_is_being_let_go_of() -> None:
    """spec: 14.7"""
    session, effects = step(SESSION, Inquired(COMMAND, HERE, "worktree", "discard anyway"))
    assert [type(one) for one in effects] == [CloseEngine, Inquire]
    assert step(session, Expected(HERE)) == (session, ())
    session, effects = step(session, Prompted(PROMPT))
    assert session.waiting == (PROMPT,)
    assert not any(isinstance(one, StartTurn) for one in effects)
    other, _ = step(session, Found(MessageId("console/other"), HERE, Notice("a file")))
    assert other == session
    session, effects = step(session, Found(COMMAND, HERE, Notice("gone")))
    assert session.turn.prompts == (PROMPT,)
    assert Settle(COMMAND, "done") in effects
    assert isinstance(effects[-1], StartTurn)


def test_what_is_said_meanwhile_waits_and_begins_afterwards() -> None:
    """After a restart too."""
    session, _ = step(SESSION, ASKED)
    session, effects = step(session, Prompted(PROMPT))
    assert not any(isinstance(one, StartTurn) for one in effects)
    session, effects = step(session, Restored(9.0))
    assert not any(isinstance(one, StartTurn) for one in effects)
    session, effects = step(session, DONE)
    (started,) = [one for one in effects if isinstance(one, StartTurn)]
    assert started.resume == COPY
    assert session.rewinding is None


@pytest.mark.parametrize("event", [NewAsked(MessageId("console/n"), HERE, "Ada"), ASKED])
def test_nothing_else_changes_the_conversation_meanwhile(event) -> None:
    session, _ = step(SESSION, ASKED)
    after, effects = step(session, event)
    assert after == session
    assert effects[0] == Settle(event.command, "done")


def test_the_conversation_before_is_kept() -> None:
    session, _ = step(SESSION, ASKED)
    after, effects = step(session, DONE)
    past = Past(TOKEN, "lanterns", 9.0)
    assert (after.resume, after.topic, after.past) == (COPY, "lanterns", (past,))
    assert {Shelve(past), Remember(COPY), Settle(COMMAND, "done")} <= set(effects)


def test_before_the_first_turn_there_is_no_conversation() -> None:
    session, _ = step(SESSION, ASKED)
    after, _ = step(session, replace(DONE, resume=None))
    assert (after.resume, after.topic) == (None, "")


def test_undoing_takes_the_conversation_out_of_the_earlier_ones() -> None:
    left = replace(SESSION, resume=COPY, past=(Past(TOKEN, "lanterns", 9.0),), rewinding=COMMAND)
    after, effects = step(left, replace(DONE, resume=TOKEN))
    assert (after.resume, [one.resume for one in after.past]) == (TOKEN, [COPY])
    assert Unshelve(Past(TOKEN, "lanterns", 9.0)) in effects


def test_what_failed_changes_nothing() -> None:
    session, _ = step(SESSION, ASKED)
    after, _ = step(session, replace(DONE, moved=False, resume=None))
    assert after == SESSION


def test_a_session_on_its_way_to_the_trash_takes_nothing_up() -> None:
    leaving = replace(SESSION, resume=None, leaving=True, rewinding=COMMAND)
    after, effects = step(leaving, DONE)
    assert after.resume is None
    assert not any(isinstance(one, Remember) for one in effects)


SAID = Inbound("console", "c", HERE, Sender("console", "ada", "Ada"), "anew")
ANEW = Anew(MessageId("console/edited.1"), MessageId("console/0"), SAID)
EDITED = RewindAsked(COMMAND, HERE, "", "both", edited=ANEW.edit, anew=ANEW)


def test_what_was_edited_is_asked_once_it_has_gone_back_and_before_what_waits() -> None:
    """The command is the prompt then, in one transaction. spec: 14.10"""
    session, effects = step(replace(SESSION, waiting=(PROMPT,)), EDITED)
    assert effects[1].anew == ANEW
    after, effects = step(session, replace(DONE, anew=ANEW))
    assert [prompt.text for prompt in after.turn.prompts] == ["anew"]
    assert after.turn.prompts[0].id == COMMAND
    assert after.waiting == (PROMPT,)
    assert Become(replace(SAID, at=9.0)) in effects
    assert Settle(COMMAND, "done") not in effects
    assert Say(Outbound(f"{ANEW.edit}.notice", HERE, Gone())) in effects


@pytest.mark.parametrize(
    ("busy", "asked"),
    [
        ({}, replace(EDITED, anew=None)),
        ({"turn": Turn(TurnId("console:a#3"), (PROMPT,))}, EDITED),
    ],
)
def test_an_edit_that_is_not_kept_or_comes_during_a_turn_is_told(busy, asked) -> None:
    session = replace(SESSION, **busy)
    after, effects = step(session, asked)
    assert after == session
    assert [type(one).__name__ for one in effects] == ["Settle", "Say"]


@pytest.mark.parametrize("how", [{"moved": False}, {}])
def test_nothing_is_asked_where_it_did_not_go_back_or_all_goes(how) -> None:
    session = replace(SESSION, rewinding=COMMAND, leaving=not how)
    after, effects = step(session, replace(DONE, anew=ANEW, **how))
    assert (after.turn, after.waiting) == (None, ())
    assert Settle(COMMAND, "done") in effects
