"""What a side thread is given. spec: 14.1"""

from __future__ import annotations

from dataclasses import replace

from carrel.core.effects import Fork, Settle
from carrel.core.events import ForkAsked
from carrel.core.forking import forked
from carrel.core.model import (
    Chosen,
    Conversation,
    MessageId,
    Prompt,
    ResumeToken,
    Session,
    SessionKey,
    Turn,
    TurnId,
)

HERE = Conversation("console", "a")
COMMAND = MessageId("console/c")
TOKEN = ResumeToken("scripted", "one", "/")
SESSION = Session(SessionKey("console:a"), resume=TOKEN, topic="lanterns")


def asked(title: str = "") -> ForkAsked:
    return ForkAsked(COMMAND, HERE, title)


def test_it_gets_the_conversation_and_is_called_after_it() -> None:
    after, (deed,) = forked(SESSION, asked())
    assert after == SESSION
    assert deed == Fork(COMMAND, HERE, TOKEN, "lanterns", "lanterns")


def test_it_may_be_called_otherwise() -> None:
    _, (deed,) = forked(SESSION, asked("wicks"))
    assert (deed.title, deed.topic) == ("wicks", "lanterns")
    _, (deed,) = forked(replace(SESSION, topic=""), asked())
    assert deed.title


def test_a_running_turn_is_named_so_that_it_can_be_left_out() -> None:
    prompt = Prompt(MessageId("console/1"), HERE, "Ada", "text")
    running = replace(SESSION, turn=Turn(TurnId("console:a#1"), (prompt,)))
    _, (deed,) = forked(running, asked())
    assert deed.running == (prompt.id,)


def test_what_was_chosen_goes_along_but_the_mode() -> None:
    chosen = replace(SESSION, chosen=Chosen(mode="auto", model="opus"))
    _, (deed,) = forked(chosen, asked())
    assert deed.chosen == Chosen(model="opus")


def test_what_is_on_its_way_to_the_trash_is_not_copied() -> None:
    _, effects = forked(replace(SESSION, leaving=True), asked())
    assert Settle(COMMAND, "done") in effects
    assert not any(isinstance(one, Fork) for one in effects)
