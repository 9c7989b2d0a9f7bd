"""How a session goes back to before a turn, and forward again."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, renewing, terminals, turns, view
from carrel.core.effects import (
    Become,
    CloseEngine,
    Effect,
    Entitle,
    Remember,
    Rewind,
    Settle,
    Step,
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
from carrel.core.messages import Gone
from carrel.core.model import Session, TurnId

NOT_NOW = "Its work is just being put back or let go of; try again in a moment."
Waits = NewAsked | ResumeAsked | ForgetAsked | ForkAsked | RewindAsked | SwitchAsked
"""What would meet a session between two conversations."""

_AT_WORK = "The agent is at work there; /stop it first."
_FORGOTTEN = "What that message was edited to is not kept any more; say it again."


def asked(session: Session, event: RewindAsked) -> Step:
    """Nothing starts until it is done; the command is settled with what came of it.

    Its engine is closed first: no process may hold the conversation or the files.
    """
    if session.turn is not None or session.leaving or session.terminal is not None:
        return session, view.obeyed(
            event.command,
            event.conversation,
            _AT_WORK if session.terminal is None else terminals.ELSEWHERE,
        )
    if event.edited is not None and event.anew is None:
        return session, view.obeyed(event.command, event.conversation, _FORGOTTEN)
    if event.what != "files" and (why := fallback.not_now(session)):
        return session, view.obeyed(event.command, event.conversation, why)
    turn = TurnId(f"{session.key}#{event.turn}")
    deed = Rewind(event.command, event.conversation, turn, event.what, session.resume, event.anew)
    return replace(session, rewinding=event.command), (CloseEngine(), deed)


def rewound(session: Session, event: Rewound) -> Step:
    """The conversation that was left is kept among the earlier ones; what waited begins."""
    free = replace(session, rewinding=None)
    records: tuple[Effect, ...] = ()
    if event.moved and not session.leaving:
        free, records = _moved(free, event)
    free, settled = _settled(free, event)
    said = view.say(f"{event.command}.notice", event.conversation, event.body)
    following, effects = turns.next_turn(free, event.at)
    return following, (*records, *settled, said, *effects)


def _settled(session: Session, event: Rewound) -> Step:
    """What is asked anew goes before what waited; its card has done its duty."""
    if event.anew is None or not event.moved or session.leaving:
        return session, (Settle(event.command, "done"),)
    said = replace(event.anew.said, at=event.at)
    asked = replace(session, waiting=(said.prompt("queue"), *session.waiting))
    gone = view.say(f"{event.anew.edit}.notice", event.conversation, Gone())
    return asked, (Become(said), gone)


def _moved(session: Session, event: Rewound) -> Step:
    topic = session.topic if event.resume is not None else ""
    left, records = renewing.shelved(session, event.at)
    known = tuple(one for one in left.past if one.resume == event.resume)
    others = tuple(one for one in left.past if one not in known)
    gone = replace(left, resume=event.resume, topic=topic, past=others)
    taken_up = tuple(Unshelve(one) for one in known)
    return gone, (*records, *taken_up, Remember(event.resume), Entitle(topic))
