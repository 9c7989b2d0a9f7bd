"""How a budget that is used up holds a session back: a pause with a card, until the day is over."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import budgets, view
from carrel.core.budgets import Hold, Limit
from carrel.core.effects import Pause, Say, Step, WakeAt
from carrel.core.messages import Menu, Notice
from carrel.core.model import Session, Turn


def used_up(session: Session) -> Limit | None:
    """The budget that stands against a turn, unless an owner let the session go on today."""
    free = session.freed_until >= session.funds.until
    return None if free else budgets.used_up(session.funds)


def allowance(session: Session) -> float | None:
    """Dollars that the next turn may spend."""
    return None if session.freed_until >= session.funds.until else budgets.left(session.funds)


def held(session: Session, limit: Limit) -> Step:
    """Nothing begins before the day is over; what waits stays as it is."""
    place, now = session.waiting[0].conversation, session.funds
    nonce = f"{place.address}.budget.{limit.of}.{now.until:.0f}.{limit.most}"
    hold = Hold(nonce, place, limit, now.until, now.zone)
    paused = replace(session, paused_until=now.until, hold=hold)
    marks = (view.mark(prompt, "waiting") for prompt in session.waiting)
    return paused, (Pause(now.until), *marks, *card(paused), WakeAt(now.until))


def card(session: Session) -> tuple[Say, ...]:
    """What is held back, and until when; to say it again shows no second."""
    hold = session.hold
    if hold is None:
        return ()
    text = f"{sentence(hold)} {len(session.waiting)} waiting; goes on at {_end(hold)}."
    menu = Menu(text, (("Go on today", "/overspend"),))
    return (view.say(hold.nonce, hold.conversation, menu),)


def sentence(hold: Hold) -> str:
    """What is used up, and how much of it."""
    return f"{hold.limit.name} is used: {hold.limit}."


def _end(hold: Hold) -> str:
    return f"00:00 {hold.zone}"


def freed(hold: Hold) -> str:
    """The answer to an owner."""
    return f"No budget holds this session back before {_end(hold)}."


def lifted(session: Session) -> Step:
    """A pause of either kind is over; nothing is left to be pressed on a budget's card."""
    if session.paused_until is None:
        return session, ()
    awake = replace(session, paused_until=None, hold=None)
    if session.hold is None:
        return awake, (Pause(None),)
    over = Notice(f"{sentence(session.hold)} It goes on now.")
    said = view.say(session.hold.nonce, session.hold.conversation, over)
    return awake, (Pause(None), said)


def warned(session: Session, turn: Turn, cost: float) -> tuple[Say, ...]:
    """A word where `cost` dollars bring a budget over the share at which people are told."""
    limit = budgets.nearly_used(session.funds, cost)
    if limit is None or session.freed_until >= session.funds.until:
        return ()
    text = f"{limit.name} is used by more than {budgets.WARNED_AT:.0%}: {limit}."
    said = Notice(text.replace("%", " %"), "warning")
    return (view.say(f"{turn.id}.budget", turn.conversation, said),)
