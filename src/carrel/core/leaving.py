"""How a session ends whose conversation was deleted: work stops, folders go to the trash."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, holding, terminals, turns
from carrel.core.effects import (
    CloseEngine,
    Discard,
    Effects,
    Finish,
    InterruptTurn,
    Leave,
    Left,
    Remember,
    Settle,
    Step,
)
from carrel.core.events import Vanished
from carrel.core.model import Prompt, Session, Turn


def vanished(session: Session, event: Vanished) -> Step:
    """Nobody can read an answer there any more. A shared session goes on without the place."""
    here, waiting = _divided(session.waiting, event)
    forgotten, missed = _divided(session.missed, event)
    asked, guests = _divided(session.guests, event)
    settled: Effects = tuple(Settle(p.id, "stopped") for p in (*here, *forgotten, *asked))
    leaving = session.leaving or event.own
    left: Effects = (Leave(gone=True),) if event.own else ()
    session = replace(session, waiting=waiting, missed=missed, guests=guests, leaving=leaving)
    turn = session.turn
    if event.own and terminals.has(session):
        ending, effects = terminals.end(session)
        return ending, (*settled, *left, *effects)
    if turn is None:
        return (session, settled) if not event.own else emptied(session, (*settled, *left))
    elsewhere = turn.conversation != event.conversation and not event.own
    if elsewhere or turn.stopping == "stop":
        return session, (*settled, *left)
    stopping = replace(session, turn=replace(turn, stopping="stop"))
    return stopping, (*settled, *left, InterruptTurn(turn.id))


def resumed(session: Session, turn: Turn | None) -> Step:
    """After a restart, what was on its way to the trash goes there; its turn is not tried again."""
    if turn is None:
        return emptied(session, ())
    settled = (Settle(p.id, "stopped") for p in turn.prompts)
    ended: Effects = (Finish(turn.id, "interrupted"), *settled)
    return emptied(replace(session, turn=None), ended)


def emptied(session: Session, records: Effects) -> Step:
    """Nothing runs any more: forget the engine conversation, and let the folders go."""
    awake, lifted = holding.lifted(session)
    empty, forgotten = fallback.emptied(replace(awake, resume=None))
    gone = (*lifted, Remember(None), *forgotten)
    return empty, (*records, *gone, CloseEngine(), Discard())


def discarded(session: Session) -> Step:
    """The folders are gone; whoever spoke meanwhile begins in new ones.

    The lease of a terminal that waited has gone with them: it must ask again.
    """
    at = session.waiting[0].at if session.waiting else 0.0
    bare = replace(session, leaving=False, terminal=None)
    following, effects = turns.next_turn(bare, at)
    return following, (Left(), *effects)


def _divided(
    prompts: tuple[Prompt, ...], event: Vanished
) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
    """Those that were said there, and the others."""
    here = tuple(p for p in prompts if p.conversation == event.conversation)
    return here, tuple(p for p in prompts if p not in here)
