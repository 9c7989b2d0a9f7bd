"""What a session gives to a side thread: everything that is finished, and nothing of its own."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, view
from carrel.core.effects import Fork, Step
from carrel.core.events import ForkAsked
from carrel.core.model import Session

_NOT_NOW = "Something is still going on here; try again in a moment."


def forked(session: Session, event: ForkAsked) -> Step:
    """Begun beside the session's work, which goes on; the command is settled with its outcome.

    What people chose goes along, but not the mode: who may raise it there is asked there.
    """
    if session.leaving:
        return session, view.obeyed(event.command, event.conversation, _NOT_NOW)
    running = tuple(p.id for p in session.turn.prompts) if session.turn else ()
    deed = Fork(
        event.command,
        event.conversation,
        fallback.latest(session),
        session.topic,
        event.title or session.topic or "Side thread",
        replace(session.chosen, mode=None),
        running,
    )
    return session, (deed,)
