"""A session whose files are mirrored for other hosts: what people are told of it."""

from __future__ import annotations

from carrel.core import view
from carrel.core.effects import Say
from carrel.core.messages import Notice
from carrel.core.model import Conversation, Session

BROUGHT = (
    "The files of this session were on {}. They are here now as they were at the end of the last "
    "turn there, and it goes on."
)
WAITS = "{} An answer is shown when the files are safe for other hosts too; it is tried again."
STAYS = "{} While another host leads, this session waits for this one."


def brought(session: Session, place: Conversation, number: int) -> Say:
    """Its files came from where they were `away`. `number`: of this claim."""
    text = BROUGHT.format(session.away)
    return view.say(f"{session.key}.brought.{number}", place, Notice(text))


def waits(session: Session, place: Conversation, why: str, number: int) -> Say:
    """What it shows next waits for its mirror."""
    text = WAITS.format(why)
    return view.say(f"{session.key}.waits.{number}.{session.turns}", place, Notice(text, "warning"))


def stays(session: Session, place: Conversation, why: str, number: int) -> Say:
    """No mirror is kept of it."""
    text = STAYS.format(why)
    return view.say(f"{session.key}.stays.{number}.{session.turns}", place, Notice(text, "warning"))


def was_answered(session: Session) -> bool:
    """Whether an agent has a conversation there, which would be missed.

    Turns that were stopped before they had an agent leave nothing, as does one that is cut off.
    """
    return session.resume is not None or bool(session.past)


def place_of(session: Session) -> Conversation | None:
    """Where somebody waits for something."""
    if session.turn is not None and session.turn.prompts:
        return session.turn.conversation
    return session.waiting[0].conversation if session.waiting else None
