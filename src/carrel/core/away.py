"""A session whose folders lie on a host that is gone: it waits for it, or begins anew here."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from carrel.core import fallback, queueing, turns, view
from carrel.core.effects import Entitle, Lend, Rehome, Remember, Say, Step, Unshelve
from carrel.core.events import (
    PersonEvent,
    Prompted,
    RebuildAsked,
    StatusAsked,
    Told,
)
from carrel.core.messages import Menu
from carrel.core.model import Prompt, Session

BEGIN: Final = ("Begin anew here", "/rebuild")

NOTHING_AWAY: Final = "The files of this session are here; there is nothing to begin anew."
BEGUN: Final = "Begun anew here: without its files, its memory and its conversations."
CUT_OFF: Final = "The host that worked on it is gone."


def said(session: Session, event: PersonEvent) -> Step:
    """What a person says meanwhile waits; what would need the files is not obeyed.

    A button may be pressed late, when nothing is away any more.
    """
    match event:
        case Prompted(prompt):
            return _waits(session, prompt)
        case RebuildAsked(command, place) if not session.away:
            return session, view.obeyed(command, place, NOTHING_AWAY)
        case RebuildAsked():
            return _begun_here(session, event)
        case StatusAsked(command, place):
            text = f"{view.status(session)} {_where(session)}"
            return session, view.obeyed(command, place, text)
        case Told(command, place, text):
            return session, view.obeyed(command, place, text)
        case _:
            place, text = event.conversation, _where(session)
            return session, view.obeyed(event.command, place, text)


def card(session: Session) -> tuple[Say, ...]:
    """Whose files are missed, if anything waits for them; to say it again shows no second."""
    if session.turn is None and not session.waiting:
        return ()
    count = len(session.waiting) + (len(session.turn.prompts) if session.turn else 0)
    return (_card(session, Menu(f"{_where(session)} {count} waiting.", (BEGIN,))),)


def _waits(session: Session, prompt: Prompt) -> Step:
    under_way = (*session.waiting, *(session.turn.prompts if session.turn else ()))
    if prompt.id in {p.id for p in under_way}:
        return session, ()
    if len(session.waiting) >= queueing.MAX_WAITING:
        return session, queueing.refused(prompt)
    kept = replace(session, waiting=(*session.waiting, prompt))
    return kept, (view.mark(prompt, "waiting"), *card(kept))


def _begun_here(session: Session, event: RebuildAsked) -> Step:
    """What was under way, and what waits, is done with nothing of what was before."""
    over = _card(session, Menu(_where(session))) if card(session) else None
    here, emptied = fallback.emptied(
        replace(session, away="", resume=None, topic="", past=(), context=0.0, terminal=None)
    )
    records = (
        *view.obeyed(event.command, event.conversation, BEGUN),
        *((over,) if over else ()),
        *(Rehome(), Remember(None), Unshelve(None), Entitle(""), *emptied),
        *((Lend(None),) if session.terminal else ()),
    )
    if here.turn is not None:
        following, effects = turns.try_again(here, here.turn, CUT_OFF)
    else:
        following, effects = turns.next_turn(here, event.at)
    return following, (*records, *effects)


def _where(session: Session) -> str:
    return (
        f"The files of this session are on {session.away}, which is gone; it waits until that "
        "host leads again."
    )


def _card(session: Session, menu: Menu) -> Say:
    place = session.turn.conversation if session.turn else session.waiting[0].conversation
    return view.say(f"{session.key}.away.{session.away}.{session.turns}", place, menu)
