"""A terminal in place of the chat: the engine conversation is lent to it, and to nobody else.

There is no turn as long as a terminal has the conversation. What is said meanwhile waits.
"""

from __future__ import annotations

from dataclasses import replace

from carrel.core import fallback, view
from carrel.core.effects import (
    Effect,
    EndTerminal,
    Lend,
    OpenTerminal,
    Say,
    Step,
    WatchTerminal,
)
from carrel.core.messages import Menu
from carrel.core.model import Conversation, MessageId, Session, Terminal

ELSEWHERE = "A terminal continues this session; take it back first, with /handoff back."
TAKE_BACK = ("Take it back", "/handoff back")


def has(session: Session) -> bool:
    """Whether a terminal has the engine conversation."""
    return session.terminal is not None and session.terminal.begun


def is_next(session: Session) -> bool:
    """Whether a terminal waits for the conversation, and nothing stands against it any more."""
    waits = session.terminal is not None and not session.terminal.begun
    busy = session.turn is not None or session.rewinding is not None
    return waits and not busy and not session.leaving


def lend(session: Session, at: float) -> Step:
    """The terminal that waits has the conversation; `at` in unix seconds. `is_next` holds."""
    if session.terminal is None:
        return session, ()
    since = max(at, session.terminal.since)
    terminal = replace(session.terminal, begun=True, since=since)
    opened = OpenTerminal(terminal.place, session.resume, fallback.in_force(session))
    return replace(session, terminal=terminal), (Lend(terminal), card(session, terminal), opened)


def card(session: Session, terminal: Terminal) -> Say:
    """Says where the session goes on, with the way back."""
    menu = Menu(f"Continued in a terminal since {view.clock(terminal.since)}.", (TAKE_BACK,))
    return view.say(_nonce(session, terminal), terminal.place, menu)


def closed_card(session: Session, terminal: Terminal, at: float) -> Say:
    """The same when it is over: nothing is left to be pressed."""
    menu = Menu(f"In a terminal from {view.clock(terminal.since)} to {view.clock(at)}.")
    return view.say(_nonce(session, terminal), terminal.place, menu)


def told_left(session: Session, terminal: Terminal) -> Say:
    """The word that the chat has the session again."""
    menu = Menu("The terminal is left; the session goes on here.")
    return view.say(f"{_nonce(session, terminal)}.left", terminal.place, menu)


def end(session: Session) -> Step:
    """Have the terminal leave. Once is enough, and after a restart it is told again."""
    if session.terminal is None:
        return session, ()
    terminal = replace(session.terminal, ending=True)
    saved = (Lend(terminal),) if terminal.begun else ()
    return replace(session, terminal=terminal), (*saved, EndTerminal())


def watch(session: Session) -> tuple[Effect, ...]:
    """After a restart: whether the terminal is still there, and gone if it was told to go."""
    terminal = session.terminal
    if terminal is None:
        return ()
    watching = WatchTerminal(terminal.since)
    return (watching, EndTerminal()) if terminal.ending else (watching,)


def elsewhere(command: MessageId, place: Conversation) -> tuple[Effect, ...]:
    """What is answered to a command that must not be obeyed meanwhile."""
    return view.obeyed(command, place, ELSEWHERE)


def _nonce(session: Session, terminal: Terminal) -> str:
    return f"{session.key}#terminal.{terminal.since:.3f}"
