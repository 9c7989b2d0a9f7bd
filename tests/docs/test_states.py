"""Every event in every state, and every command in every state. spec: 1.1 2.5 8.1"""

from __future__ import annotations

from dataclasses import replace

import pytest
from states import COMMAND, HERE, STATES, kinds, samples

from carrel.core.command_table import COMMANDS, Command
from carrel.core.commands import event_of, find
from carrel.core.effects import (
    CloseEngine,
    Fork,
    Inquire,
    Rewind,
    Say,
    Settle,
    StartTurn,
    Take,
    deeds,
    records,
)
from carrel.core.events import Found, Prompted, Restored, Rewound, TurnEnded
from carrel.core.messages import Inbound, Notice
from carrel.core.model import Sender, Session, Usage
from carrel.core.routing import Rules, resolve
from carrel.core.session import step
from carrel.core.view import standing

ADA = Sender("console", "ada", "Ada")


def test_every_kind_of_event_is_in_the_table() -> None:
    assert {type(event) for event in samples()} == kinds()


@pytest.mark.parametrize("state", STATES)
def test_the_states_are_what_they_are_called(state: str) -> None:
    assert standing(STATES[state]) == state


@pytest.mark.parametrize("state", STATES)
def test_every_pair_is_decided(state: str) -> None:
    for event in samples():
        after, effects = step(STATES[state], event)
        assert len(records(effects)) + len(deeds(effects)) == len(effects), event
        started = [e for e in effects if isinstance(e, StartTurn)]
        assert len(started) <= 1, f"one turn at a time: {event}"
        assert all(e.turn == after.turn for e in started), event
        taken = {e.turn.id for e in effects if isinstance(e, Take)}
        assert taken >= {e.turn.id for e in started}, event
        assert not (started and (after.paused_until or after.leaving)), event
        assert not (started and (after.rewinding or after.terminal)), event


@pytest.mark.parametrize("restarted", [False, True], ids=["", "after a restart"])
@pytest.mark.parametrize("state", STATES)
def test_a_command_is_obeyed_once_in_every_state(state, restarted) -> None:
    """It is settled at once, or with the end of the turn that it stops; and it is answered."""
    before = STATES[state]
    if restarted:
        before, _ = step(before, Restored(6.0))
    for command in COMMANDS:
        obey_once(before, command)


def obey_once(before: Session, command: Command) -> None:
    words = {
        argument.name: argument.options[0] for argument in command.arguments if argument.options
    }
    text = " ".join([f"/{command.name}", *(words.get(a.name, "ask1") for a in command.arguments)])
    call = find(text)
    inbound = Inbound("console", "c", HERE, ADA, text)
    event = event_of(call, inbound, "owner", resolve(HERE, Rules()))
    after, effects = step(before, event)
    if isinstance(event, Prompted):
        assert event.prompt.command
        known = (*after.waiting, *(after.turn.prompts if after.turn else ()))
        assert COMMAND in {one.id for one in known}
        return  # the engine's own: what becomes of it is what becomes of a message
    if looking := [e for e in effects if isinstance(e, Inquire | Fork)]:
        before_that = [e for e in effects if isinstance(e, CloseEngine)]
        assert effects == (*before_that, *looking), "it is settled with what comes of it"
        after, effects = step(after, Found(COMMAND, HERE, Notice("well")))
    if any(isinstance(e, Rewind) for e in effects):
        assert standing(after) == "rewinding"
        after, effects = step(after, Rewound(COMMAND, HERE, Notice("well"), True, None, 9.0))
    if Settle(COMMAND, "done") not in effects:
        assert COMMAND in after.obeying
        assert standing(after) == "stopping"
        after, effects = step(after, end(after))
    assert effects.count(Settle(COMMAND, "done")) == 1
    assert COMMAND not in after.obeying
    assert any(isinstance(e, Say) for e in effects), "nobody is left without a word"


def end(session: Session) -> TurnEnded:
    return TurnEnded(session.turn.id, "stopped", "", (), Usage(), session.resume, 9.0)


def test_stopping_twice_answers_both() -> None:
    session, _ = step(
        STATES["working"], event_of(find("/stop"), said("s1"), "owner", resolve(HERE, Rules()))
    )
    session, _ = step(session, event_of(find("/new"), said("s2"), "owner", resolve(HERE, Rules())))
    _, effects = step(session, end(session))
    settled = [e.message for e in effects if isinstance(e, Settle)]
    assert {"console/s1", "console/s2"} <= set(settled)


def said(name: str) -> Inbound:
    return replace(Inbound("console", name, HERE, ADA, "x"), id=name)
