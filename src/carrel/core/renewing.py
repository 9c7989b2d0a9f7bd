"""How a session leaves its engine conversation, takes an earlier one up, or forgets everything."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, holding, leaving, terminals, turns, view
from carrel.core.effects import (
    CloseEngine,
    Effects,
    Entitle,
    InterruptTurn,
    Leave,
    Remember,
    Revoke,
    Say,
    Settle,
    Shelve,
    Step,
    Unshelve,
)
from carrel.core.events import ForgetAsked, NewAsked, ResumeAsked
from carrel.core.messages import Menu
from carrel.core.model import MessageId, Session, Turn

MAX_PAST = 20
"""Earlier conversations that can be chosen among."""

_FRESH = "A fresh conversation begins; files and memory stay. The one before is in /resume."
_STOP_FIRST = "Something is still going on here; /stop it, or try again in a moment."
_NONE_EARLIER = "There is no earlier conversation; /new begins one and keeps this one."
_SURE = (
    "This puts the session's files, its memory and all its conversations into the trash, where "
    "they are kept for 30 days."
)
_FORGOTTEN = "Everything goes to the trash, for 30 days; what is said now begins with nothing."


def renewed(session: Session, event: NewAsked) -> Step:
    """Begin afresh; a running turn is stopped first, and the command is settled with its end."""
    if terminals.has(session):
        return session, terminals.elsewhere(event.command, event.conversation)
    if session.turn is not None:
        return interrupted(replace(session, renewing=True), session.turn, event.command, ())
    awake, lifted = holding.lifted(session)
    left, records = shelved(awake, event.at)
    told = view.obeyed(event.command, event.conversation, _FRESH)
    at = session.waiting[0].at if session.waiting else 0.0
    following, effects = turns.next_turn(left, at)
    return following, (*records, *lifted, *told, CloseEngine(), *effects)


def shelved(session: Session, at: float) -> Step:
    """Leave the engine conversation, so that it can be taken up again."""
    session, revoked = turns.ungranted(session)
    past = fallback.left_behind(session, session.resume, at)
    left, emptied = fallback.emptied(replace(session, resume=None, topic="", context=0.0))
    kept = replace(left, past=(*past, *session.past)[:MAX_PAST])
    shelved_ = (Shelve(one) for one in past)
    return kept, (*shelved_, Remember(None), *emptied, Entitle(""), *revoked)


def resumed(session: Session, event: ResumeAsked) -> Step:
    """Go on with an earlier conversation, or say which there are."""
    obeyed = Settle(event.command, "done")
    if not event.name:
        return session, (obeyed, _menu(session, event))
    past = next((one for one in session.past if one.name == event.name), None)
    if past is None:
        text = "There is no earlier conversation by that name; /resume lists them."
        return session, (obeyed, view.notice(event.command, event.conversation, text))
    if terminals.has(session):
        return session, terminals.elsewhere(event.command, event.conversation)
    if session.turn is not None or session.leaving:
        return session, (obeyed, view.notice(event.command, event.conversation, _STOP_FIRST))
    left, records = shelved(session, event.at)
    others = tuple(one for one in left.past if one != past)
    back, remembered = fallback.taken_up(replace(left, topic=past.topic, past=others), past.resume)
    told = view.notice(event.command, event.conversation, f"Going on with “{past.topic}”.")
    taken_up = (Unshelve(past), *remembered, Entitle(past.topic))
    return back, (*records, *taken_up, obeyed, told, CloseEngine())


def _menu(session: Session, event: ResumeAsked) -> Say:
    if not session.past:
        return view.notice(event.command, event.conversation, _NONE_EARLIER)
    options = tuple(
        (f"{view.day(past.at)} {past.topic or past.name}", f"/resume {past.name}")
        for past in session.past
    )
    menu = Menu("Which conversation shall go on?", options, event.command)
    return view.say(f"{event.command}.notice", event.conversation, menu)


def forgotten(session: Session, event: ForgetAsked) -> Step:
    """Ask first; then stop what runs, and let the folders go."""
    obeyed = Settle(event.command, "done")
    if not event.sure:
        menu = Menu(_SURE, (("Forget everything", "/forget yes"),), event.command)
        return session, (obeyed, view.say(f"{event.command}.notice", event.conversation, menu))
    if terminals.has(session):
        return session, terminals.elsewhere(event.command, event.conversation)
    cards = view.no_waiting_cards(session.waiting)
    dropped = (*turns.settle(session.waiting, "stopped"), *cards)
    told = view.notice(event.command, event.conversation, _FORGOTTEN)
    revoked = (Revoke(grant.id) for grant in session.grants)
    records = (*dropped, Leave(gone=False), Unshelve(None), Entitle(""), *revoked, told)
    bare = replace(session, waiting=(), past=(), grants=(), topic="", leaving=True)
    if session.turn is not None:
        return interrupted(bare, session.turn, event.command, records)
    return leaving.emptied(bare, (*records, obeyed))


def interrupted(session: Session, turn: Turn, command: MessageId, said: Effects) -> Step:
    """The command is settled with the turn's end: a crash before it obeys it again."""
    obeying = (*session.obeying, command)
    if turn.stopping == "stop":
        return replace(session, obeying=obeying), said
    stopping = replace(session, turn=replace(turn, stopping="stop"), obeying=obeying)
    return stopping, (*said, InterruptTurn(turn.id))
