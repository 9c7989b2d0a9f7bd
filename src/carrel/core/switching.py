"""What a person does about a usage limit: another model goes on, or the first one again."""

from __future__ import annotations

from carrel.core import fallback, holding, terminals, turns, view
from carrel.core.choosing import LONGEST_NAME
from carrel.core.effects import Effects, Settle, Step
from carrel.core.events import SwitchAsked, WakeAsked
from carrel.core.messages import Menu
from carrel.core.model import Session

NOT_LIMITED = "No usage limit holds this session back; /model chooses a model."
A_BUDGET = "A budget holds this session back, and would hold another model back as well."
NONE_NAMED = (
    "The operator has named no other model in carrel.toml; type /switch and the name of one."
)
WHICH = "Which model shall go on until the usage limit is over?"
TOO_LONG = "No model has a name that long."
LATER = "The first model goes on with the next turn."
AGAIN = "Trying again now."


def asked(session: Session, event: SwitchAsked) -> Step:
    """The model goes on until the limit is over, or it is said which there are."""
    if terminals.has(session):
        return session, terminals.elsewhere(event.command, event.conversation)
    until = session.paused_until
    if until is None or session.hold is not None or len(event.model) > LONGEST_NAME:
        why = NOT_LIMITED if until is None else A_BUDGET if session.hold else TOO_LONG
        return session, view.obeyed(event.command, event.conversation, why)
    if not event.model:
        return session, _listed(session, event)
    awake, lifted = holding.lifted(session)
    nonce = f"{event.command}.notice"
    away, effects = fallback.switched(awake, event.model, until, nonce, event.conversation)
    following, more = turns.next_turn(away, event.at)
    return following, (Settle(event.command, "done"), *lifted, *effects, *more)


def _listed(session: Session, event: SwitchAsked) -> Effects:
    now = fallback.in_force(session).model
    others = tuple((name, f"/switch {name}") for name in event.models if name != now)
    menu = Menu(WHICH if others else NONE_NAMED, others, event.command)
    said = view.say(f"{event.command}.notice", event.conversation, menu)
    return (Settle(event.command, "done"), said)


def back(session: Session, event: WakeAsked) -> Step:
    """The first model goes on now, or when the running turn has ended."""
    awake, lifted = holding.lifted(session)
    following, effects = turns.back(awake, event.at)
    told = view.obeyed(
        event.command, event.conversation, LATER if fallback.away(following) else AGAIN
    )
    return following, (*told, *lifted, *effects)
