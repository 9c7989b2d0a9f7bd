"""How a session goes over to a terminal and comes back, as events of its mailbox."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import leaving, terminals, turns, view
from carrel.core.effects import Effect, Entitle, Lend, Remember, Settle, Shelve, Step, WatchTerminal
from carrel.core.events import HandoffAsked, TerminalCame, TerminalLeft
from carrel.core.messages import Menu
from carrel.core.model import Past, Session, Terminal
from carrel.core.renewing import MAX_PAST

_NO_TERMINAL = "No terminal continues this session."
_LEAVING = "The terminal is told to leave; then the session goes on here."


def came(session: Session, event: TerminalCame) -> Step:
    """It has the conversation as soon as nothing runs. Whoever had the lease before is gone."""
    before: tuple[Effect, ...] = ()
    if session.terminal is not None and session.terminal.begun:
        before = (terminals.closed_card(session, session.terminal, event.at),)
    waiting = replace(session, terminal=Terminal(event.place, event.at))
    lent, effects = turns.next_turn(waiting, event.at)
    return lent, (*before, *effects, WatchTerminal(event.at))


def left(session: Session, event: TerminalLeft) -> Step:
    """The session has its conversation again: the one that the terminal had last."""
    terminal = session.terminal
    if terminal is None:
        return session, ()
    back = replace(session, terminal=None)
    if not terminal.begun:
        return turns.next_turn(back, event.at)
    back, remembered = _taken_over(back, event)
    said = (
        terminals.closed_card(session, terminal, event.at),
        terminals.told_left(session, terminal),
    )
    records = (Lend(None), *remembered, *said)
    if session.leaving:
        return leaving.emptied(back, records)
    following, effects = turns.next_turn(back, event.at)
    return following, (*records, *effects)


def _taken_over(session: Session, event: TerminalLeft) -> Step:
    """A conversation that was left in the terminal can be taken up again, as after /new."""
    old, new = session.resume, event.resume
    if new is None or new == old:
        return session, ()
    if old is None or new.value == old.value:
        return replace(session, resume=new), (Remember(new),)
    past = Past(old, session.topic, event.at)
    kept = replace(session, resume=new, topic="", past=(past, *session.past)[:MAX_PAST])
    return kept, (Shelve(past), Remember(new), Entitle(""))


def asked(session: Session, event: HandoffAsked) -> Step:
    """Say how to go on in a terminal, or take the session back from one."""
    obeyed, terminal = Settle(event.command, "done"), session.terminal
    if event.back and terminal is None:
        return session, (obeyed, view.notice(event.command, event.conversation, _NO_TERMINAL))
    if event.back:
        ending, effects = terminals.end(session)
        told = view.notice(event.command, event.conversation, _LEAVING)
        return ending, (obeyed, told, *effects)
    menu = Menu(_how(session), (terminals.TAKE_BACK,) if terminal else (), event.command)
    return session, (obeyed, view.say(f"{event.command}.notice", event.conversation, menu))


def _how(session: Session) -> str:
    if session.terminal is not None:
        return f"A terminal continues it since {view.clock(session.terminal.since)}."
    return (
        f"On the machine where Carrel runs, type `carrel attach {session.key}`. The agent's own "
        "program goes on there with this conversation, and what is said here waits until it ends."
    )
