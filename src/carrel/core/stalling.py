"""A turn that stands still: people are told, and can have it begun anew."""

from __future__ import annotations

from carrel.core import view
from carrel.core.effects import CloseEngine, Step
from carrel.core.events import AgainAsked, Stalled, Stirred
from carrel.core.messages import Gone, Menu
from carrel.core.model import Session
from carrel.core.turns import stalled_nonce

AGAIN = "Beginning it anew."
NOTHING = "Nothing is running here."


def stalled(session: Session, event: Stalled) -> Step:
    """Said unless the turn waits for a person, or is being stopped: then silence is no wonder."""
    turn = session.turn
    if turn is None or turn.id != event.turn or turn.stopping is not None or session.approvals:
        return session, ()
    silence = view.duration(event.seconds)
    text = f"Nothing was heard from the agent for {silence}. It may be at something long, or stuck."
    menu = Menu(text, (("Begin anew", "/again"), ("Stop", "/stop")))
    return session, (view.say(stalled_nonce(turn), turn.conversation, menu),)


def stirred(session: Session, event: Stirred) -> Step:
    """It goes on: nothing is left to be decided."""
    turn = session.turn
    if turn is None or turn.id != event.turn:
        return session, ()
    return session, (view.say(stalled_nonce(turn), turn.conversation, Gone()),)


def again(session: Session, event: AgainAsked) -> Step:
    """Without its engine the turn counts as lost, and is tried again like any other."""
    running = session.turn is not None and session.turn.stopping is None
    said = view.obeyed(event.command, event.conversation, AGAIN if running else NOTHING)
    deeds = (CloseEngine(),) if running else ()
    return session, (*said, *deeds)
