"""What becomes of messages that wait: changed, taken back, or missed and asked about."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import guests, turns, view
from carrel.core.effects import Amend, Effects, Reopen, Settle, Step, TakeBack
from carrel.core.events import LetterSettled, MissedSettled
from carrel.core.messages import Gone
from carrel.core.model import Conversation, MessageId, Prompt, Session

MAX_MISSED = 100


def amended(session: Session, prompt: Prompt) -> Step:
    """What still waits says what it says now; what an engine has already is left alone."""
    known = {p.id: p for p in (*session.waiting, *session.missed)}
    old = known.get(prompt.id)
    if old is None or replace(prompt, waiting=old.waiting) == old:
        return session, ()
    new = replace(prompt, waiting=old.waiting)
    waiting, missed = (
        tuple(new if p.id == new.id else p for p in prompts)
        for prompts in (session.waiting, session.missed)
    )
    return replace(session, waiting=waiting, missed=missed), (Amend(new),)


def retracted(session: Session, message: MessageId) -> Step:
    """What still waits is dropped; there is no message any more that could show it."""
    waiting = tuple(p for p in session.waiting if p.id != message)
    if waiting != session.waiting:
        dropped = (p for p in session.waiting if p.id == message)
        gone = view.no_waiting_cards(dropped)
        return replace(session, waiting=waiting), (Settle(message, "stopped"), *gone)
    if session.turn is not None and message in session.turn.offered:
        return session, (TakeBack(session.turn.id, message, "drop"),)
    if message in {p.id for p in session.guests}:
        return guests.retracted(session, message)
    left = tuple(p for p in session.missed if p.id != message)
    if left == session.missed:
        return session, ()
    return replace(session, missed=left), (
        Settle(message, "stopped"),
        *_asked_anew(session.missed, left),
    )


def missed(session: Session, prompt: Prompt) -> Step:
    """Kept until a person decides; the oldest beyond a hundred are let go."""
    if prompt.id in {p.id for p in session.missed}:
        return session, ()
    kept = (*session.missed, prompt)
    dropped, kept = kept[:-MAX_MISSED], kept[-MAX_MISSED:]
    effects = (*turns.settle(dropped, "stopped"), *_asked_anew(session.missed, kept))
    return replace(session, missed=kept), effects


def missed_settled(session: Session, event: MissedSettled) -> Step:
    """Answered, they go before what waits, as they were said before it."""
    mine = tuple(p for p in session.missed if p.conversation == event.conversation)
    obeyed = Settle(event.command, "done")
    if not mine:
        text = "Nothing that was missed here is left to be decided."
        return session, (obeyed, view.notice(event.command, event.conversation, text))
    session = replace(session, missed=tuple(p for p in session.missed if p not in mine))
    if not event.answer:
        card = view.missed_card(mine, "ignored", event.by)
        return session, (obeyed, *turns.settle(mine, "stopped"), card)
    queued = replace(session, waiting=(*mine, *session.waiting))
    following, effects = turns.next_turn(queued, mine[0].at)
    return following, (
        obeyed,
        *turns.settle(mine, "queued"),
        view.missed_card(mine, "answered", event.by),
        *effects,
    )


def letter_settled(session: Session, event: LetterSettled) -> Step:
    """What failed waits once more, before what came after it; or its sign says that it is over."""
    prompt = event.prompt
    under_way = (*session.waiting, *(session.turn.prompts if session.turn else ()))
    if prompt.id in {p.id for p in under_way}:
        return session, ()
    if not event.again:
        return session, (Reopen(prompt.id, "stopped"), view.mark(prompt, "stopped"))
    queued = replace(session, waiting=(prompt, *session.waiting))
    following, effects = turns.next_turn(queued, event.at)
    return following, (Reopen(prompt.id, "queued"), view.mark(prompt, "waiting"), *effects)


def cards(session: Session) -> Effects:
    """The cards about what was missed, as they must be seen; to say one again shows no second."""
    return _asked_anew((), session.missed)


def _asked_anew(before: tuple[Prompt, ...], now: tuple[Prompt, ...]) -> Effects:
    """Each conversation's card, which is known by the first message that was missed there."""
    old, new = _by_place(before), _by_place(now)
    gone = (mine for place, mine in old.items() if new.get(place, mine[:0])[:1] != mine[:1])
    shown = (mine for place, mine in new.items() if old.get(place) != mine)
    return (
        *(view.say(view.missed_nonce(mine), mine[0].conversation, Gone()) for mine in gone),
        *(view.missed_card(mine, "open") for mine in shown),
    )


def _by_place(prompts: tuple[Prompt, ...]) -> dict[Conversation, tuple[Prompt, ...]]:
    places = dict.fromkeys(p.conversation for p in prompts)
    return {place: tuple(p for p in prompts if p.conversation == place) for place in places}
