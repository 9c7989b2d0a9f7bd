"""Another model goes on after a usage limit, in an engine conversation of its own.

What was said in the one is told to the other, once: to the second when it begins, to the first when
it goes on. Until then it is owed (`untold`), so that a crash in between tells it all the same.
"""

from __future__ import annotations

from dataclasses import replace

from carrel.core import view
from carrel.core.effects import CloseEngine, Effect, Pause, Remember, Shelve, Step, Switch, WakeAt
from carrel.core.messages import Menu, Notice
from carrel.core.model import Chosen, Conversation, Fallback, Past, ResumeToken, Session, Turn

PAUSED = (("Switch model", "/switch"), ("Try again now", "/wake"))
AWAY = (("Back to the first now", "/wake"),)


def away(session: Session) -> bool:
    """Whether another model answers than was chosen."""
    return session.stand_in is not None


def in_force(session: Session) -> Chosen:
    """What is chosen, with the model that answers now."""
    if session.stand_in is None:
        return session.chosen
    return replace(session.chosen, model=session.stand_in.model)


def told_of(session: Session) -> ResumeToken | None:
    """The engine conversation that the next turn must be told of."""
    return session.fallback.aside if session.fallback and session.fallback.untold else None


def limited(session: Session, turn: Turn, until: float, at: float) -> Step:
    """Go on with the model that the rules have for it, or pause. `until`, `at` in unix seconds."""
    nonce, place = f"{turn.id}.end", turn.conversation
    if session.spare and not away(session) and turn.stopping is None:
        return switched(session, session.spare, until, nonce, place)
    first = until if session.stand_in is None else session.stand_in.until
    until = min(one for one in (until, first) if one > at)
    paused = replace(session, paused_until=until)
    menu = Menu(view.paused(until, len(session.waiting)), PAUSED)
    said = () if turn.stopping is not None else (view.say(nonce, place, menu),)
    return paused, (*said, Pause(until), WakeAt(until))


def switched(session: Session, model: str, until: float, nonce: str, place: Conversation) -> Step:
    """The model goes on: where it left off, if the first one knows nothing of that yet."""
    old, resume = session.fallback, None
    now = Fallback(model, until, nonce, place, session.resume, session.resume is not None)
    if old is not None and old.over:
        resume, now = old.aside, replace(now, untold=False)
    elif old is not None:
        resume = session.resume
        now = replace(now, until=old.until or until, aside=old.aside, untold=old.untold)
    text = f"The usage limit is reached. {view.standing_in(now)}; then the first model goes on."
    changed = replace(session, resume=resume, fallback=now, context=0.0)
    records = (Switch(now), Remember(resume), view.say(nonce, place, Menu(text, AWAY)))
    return changed, (*records, CloseEngine(), WakeAt(now.until))


def may_return(session: Session, at: float) -> bool:
    """Whether the first model can go on: its time has come, and nobody is at work.

    A terminal that would find nothing in the second conversation is given the first.
    """
    old, terminal = session.fallback, session.terminal
    if old is None or old.over or session.turn is not None or session.paused_until is not None:
        return False
    if session.leaving or session.rewinding is not None or (terminal and terminal.begun):
        return False
    return at >= old.until or (terminal is not None and session.resume is None)


def returned(session: Session) -> Step:
    """The first model goes on with its own conversation, and is owed what was said meanwhile."""
    old = session.fallback
    if old is None:
        return session, ()
    now = replace(old, aside=session.resume, untold=True, over=True)
    kept = None if session.resume is None or old.untold else now
    changed = replace(session, resume=old.aside, fallback=kept, context=0.0)
    said = Notice(f"{old.model} stood in; the first model goes on.")
    records = (Switch(kept), Remember(old.aside), view.say(old.nonce, old.place, said))
    return changed, (*records, CloseEngine())


def ending(session: Session) -> Step:
    """The first model shall go on as soon as it can."""
    if session.fallback is None:
        return session, ()
    now = replace(session.fallback, until=0.0)
    return replace(session, fallback=now), (Switch(now),)


def told(session: Session, turn: Turn, heard: ResumeToken | None, at: float) -> Step:
    """The engine has heard what was owed, if it was there. The second conversation is kept."""
    old = session.fallback
    if old is None or not old.untold or heard is None or turn.alone:
        return session, ()
    if not old.over:
        now = replace(old, untold=False)
        return replace(session, fallback=now), (Switch(now),)
    past = _past(session, old.aside, at, of=old.model)
    kept = replace(session, fallback=None, past=(*past, *session.past))
    return kept, (Switch(None), *(Shelve(one) for one in past))


def left_behind(session: Session, resume: ResumeToken | None, at: float) -> tuple[Past, ...]:
    """The engine conversations that a session leaves: `resume`, and what is beside it."""
    old = session.fallback
    if old is None:
        return _past(session, resume, at)
    first, second = (resume, old.aside) if old.over else (old.aside, resume)
    return (*_past(session, first, at), *_past(session, second, at, of=old.model))


def _past(
    session: Session, resume: ResumeToken | None, at: float, *, of: str = ""
) -> tuple[Past, ...]:
    topic = f"{session.topic} ({of})" if of else session.topic
    return () if resume is None else (Past(resume, topic, at),)


def emptied(session: Session) -> Step:
    """Both conversations are left: nothing is owed, but the limit is what it is."""
    old = session.fallback
    if old is None:
        return session, ()
    now = None if old.over else replace(old, aside=None, untold=False)
    return replace(session, fallback=now), (Switch(now),)


def taken_up(session: Session, resume: ResumeToken) -> Step:
    """An earlier conversation goes on; with a second model, as one that it is told of."""
    old = session.fallback
    if old is None or old.over:
        return replace(session, resume=resume), (Remember(resume),)
    now = replace(old, aside=resume, untold=True)
    return replace(session, resume=None, fallback=now), (Switch(now), Remember(None))


def latest(session: Session) -> ResumeToken | None:
    """The engine conversation that knows most."""
    away = session.stand_in
    return away.aside if away is not None and session.resume is None else session.resume


def timer(session: Session) -> tuple[Effect, ...]:
    """After a restart: when the first model goes on."""
    return () if session.stand_in is None else (WakeAt(session.stand_in.until),)


def why(session: Session) -> str:
    """Which model answers, and why not the one that was chosen; empty where that one does."""
    if session.stand_in is None:
        return ""
    stands_in = view.standing_in(session.stand_in)
    return f"{stands_in}, because of a usage limit; then the first model goes on. "


def not_now(session: Session) -> str:
    """Why a conversation cannot be gone back in; empty where it can."""
    if session.stand_in is None:
        return ""
    return (
        f"{view.standing_in(session.stand_in)}, in a conversation of its own. Only files can go "
        "back until then; /wake goes back to the first model now."
    )
