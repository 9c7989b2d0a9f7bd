"""Room in the engine's window: how full it was, and what was summed up to make some."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import view
from carrel.core.effects import Say, Step
from carrel.core.events import Answered, Compacted, TurnEnded
from carrel.core.messages import Notice
from carrel.core.model import Session, Turn

NOTHING = "There was nothing to sum up."


def by_itself(session: Session, turn: Turn, event: Compacted) -> Step:
    """What the engine did unasked is said in one line."""
    text = (
        f"Earlier talk was summed up to make room: {event.before:,} tokens are {event.after:,} now."
    )
    nonce = f"{turn.id}.compacted.{event.before}.{event.after}"
    return replace(session, context=0.0), (view.say(nonce, turn.conversation, Notice(text)),)


def told(turn: Turn, text: str) -> tuple[Say, ...]:
    """What came of the command is a word, and no answer."""
    return (view.notice(turn.prompts[0].id, turn.conversation, text or NOTHING),)


def share(session: Session, event: Answered | TurnEnded) -> float:
    """How much of the window is in use, as far as the engine said so."""
    return session.context if event.usage.context is None else event.usage.context
