"""How a session goes back to before a turn, and forward again."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, renewing, terminals, turns, view
from carrel.core.effects import (
    CloseEngine,
    Effect,
    Entitle,
    Remember,
    Rewind,
    Settle,
    Unshelve,
)
from carrel.core.events import (
    ForgetAsked,
    ForkAsked,
    NewAsked,
    ResumeAsked,
    RewindAsked,
    Rewound,
    SwitchAsked,
)
from carrel.core.model import Session, TurnId
from carrel.core.turns import Step

NOT_NOW = "Its work is just being put back or let go of; try again in a moment."
Waits = NewAsked | ResumeAsked | ForgetAsked | ForkAsked | RewindAsked | SwitchAsked
"""What would meet a session between two conversations."""

_AT_WORK = "The agent is at work there; /stop it first."


def asked(session: Session, event: RewindAsked) -> Step:
    """Nothing starts until it is done; the command is settled with what came of it.

    Its engine is closed first: no process may hold the conversation or the files.
    """
    if session.turn is not None or session.leaving or session.terminal is not None:
        why = _AT_WORK if session.terminal is None else terminals.ELSEWHERE
        told = view.notice(event.command, event.conversation, why)
        return session, (Settle(event.command, "done"), told)
    if event.what != "files" and (why := fallback.not_now(session)):
        told = view.notice(event.command, event.conversation, why)
        return session, (Settle(event.command, "done"), told)
    turn = TurnId(f"{session.key}#{event.turn}")
    deed = Rewind(event.command, event.conversation, turn, event.what, session.resume)
    return replace(session, rewinding=event.command), (CloseEngine(), deed)


def rewound(session: Session, event: Rewound) -> Step:
    """The conversation that was left is kept among the earlier ones; what waited begins."""
    free = replace(session, rewinding=None)
    records: tuple[Effect, ...] = ()
    if event.moved and not session.leaving:
        free, records = _moved(free, event)
    said = view.say(f"{event.command}.notice", event.conversation, event.body)
    following, effects = turns.next_turn(free, event.at)
    return following, (*records, Settle(event.command, "done"), said, *effects)


def _moved(session: Session, event: Rewound) -> Step:
    topic = session.topic if event.resume is not None else ""
    left, records = renewing.shelved(session, event.at)
    known = tuple(one for one in left.past if one.resume == event.resume)
    others = tuple(one for one in left.past if one not in known)
    gone = replace(left, resume=event.resume, topic=topic, past=others)
    taken_up = tuple(Unshelve(one) for one in known)
    return gone, (*records, *taken_up, Remember(event.resume), Entitle(topic))
