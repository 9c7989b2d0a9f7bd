"""A message that waits goes to a side thread: it is said there, and waits here no more.

From the moment at which it is asked for no turn here takes it, after a crash too: the command is
obeyed again before anything begins.
"""

from __future__ import annotations

from dataclasses import replace

from carrel.core import turns, view
from carrel.core.effects import Settle, Step, TakeAside
from carrel.core.events import TakenAside, WaitingChanged
from carrel.core.model import Session

_NOT_WAITING = "That message does not wait here any more."
_OF_A_GUEST = "An owner let that through for this conversation; it is answered here."


def asked(session: Session, event: WaitingChanged) -> Step:
    """The command is settled with what came of it."""
    prompt = next((one for one in session.waiting if one.id == event.message), None)
    if prompt is None or prompt.guest:
        why = _NOT_WAITING if prompt is None else _OF_A_GUEST
        return session, view.obeyed(event.command, event.conversation, why)
    left = tuple(one for one in session.waiting if one != prompt)
    deed = TakeAside(event.command, event.conversation, prompt)
    return replace(session, waiting=left), (deed,)


def taken(session: Session, event: TakenAside) -> Step:
    """What could not be moved goes next here."""
    said = view.say(f"{event.command}.notice", event.conversation, event.body)
    obeyed = (Settle(event.command, "done"), said)
    if event.ok or session.leaving:
        gone = view.no_waiting_cards((event.prompt,))
        return session, (*turns.settle((event.prompt,), "superseded"), *gone, *obeyed)
    back = replace(session, waiting=(event.prompt, *session.waiting))
    following, effects = turns.next_turn(back, event.at)
    return following, (*obeyed, *effects)
