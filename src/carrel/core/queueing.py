"""What a message does that comes: it begins a turn, joins one, or waits; and how that is changed.

Whatever waits, or was offered to a turn and is not taken in, has a card on which it can be changed.
"""

from __future__ import annotations

from dataclasses import replace

from carrel.core import holding, siding, turns, view
from carrel.core.effects import (
    Amend,
    Effects,
    InterruptTurn,
    Join,
    Say,
    Settle,
    Steer,
    Step,
    TakeBack,
)
from carrel.core.events import GivenBack, Taken, WaitingChanged
from carrel.core.messages import Notice
from carrel.core.model import MessageId, Prompt, Session, Turn, TurnId

MAX_WAITING = 20

_TAKEN = "The agent has that message already."
_NOT_WAITING = "That message does not wait any more."
_NO_TURN_OF_THEIRS = "Nothing runs in that conversation that it could join; it goes next."


def prompted(session: Session, prompt: Prompt) -> Step:
    """Begin a turn, join the running one, or wait."""
    turn = session.turn
    if prompt.id in {p.id for p in (*session.waiting, *(turn.prompts if turn else ()))}:
        return session, ()
    if len(session.waiting) >= MAX_WAITING:
        return session, refused(prompt)
    session, prompt, amended = _as_chosen(session, prompt)
    if turn is None and turns.may_begin(session):
        queued = replace(session, waiting=(*session.waiting, prompt))
        begun, effects = turns.next_turn(queued, prompt.at)
        return begun, (*amended, *effects)
    if turn is not None and prompt.waiting == "steer" and _may_join(session, turn, prompt):
        joined, effects = _offered(session, turn, prompt)
    else:
        joined, effects = _waits(session, prompt)
    return joined, (*amended, *effects)


def refused(prompt: Prompt) -> Effects:
    """Too many wait already."""
    full = f"{MAX_WAITING} messages are waiting already; this one was not taken."
    notice = Notice(full, "warning")
    told = view.say(f"{prompt.id}.notice", prompt.conversation, notice)
    return (*turns.settle((prompt,), "failed"), told)


def _as_chosen(session: Session, prompt: Prompt) -> tuple[Session, Prompt, Effects]:
    """What people chose for the session goes before the rules, and is kept with the message."""
    mode = session.chosen.waiting
    if prompt.command or prompt.guest:
        return session, replace(prompt, waiting="queue"), ()
    if mode is None or mode == prompt.waiting:
        return session, prompt, ()
    chosen = replace(prompt, waiting=mode)
    return session, chosen, (Amend(chosen),)


def _may_join(session: Session, turn: Turn, prompt: Prompt) -> bool:
    """Steering may not overtake what waits, nor bring another place's words into a turn.

    And not without end: a turn that was steered twenty times lets the next one wait.
    """
    if prompt.command or prompt.guest or turn.alone:
        return False
    free = turn.stopping is None and not session.waiting and len(turn.prompts) < MAX_WAITING
    return free and prompt.conversation == turn.conversation


def _offered(session: Session, turn: Turn, prompt: Prompt) -> Step:
    """Given to the engine; whether it takes it in is its own to say."""
    prompts, offered = (*turn.prompts, prompt), (*turn.offered, prompt.id)
    session = replace(session, turn=replace(turn, prompts=prompts, offered=offered))
    shown = (view.mark(prompt, "waiting"), view.waiting_card(prompt, "steer", 0))
    return session, (Join(turn.id, prompt.id), *shown, Steer(turn.id, prompt))


def _waits(session: Session, prompt: Prompt) -> Step:
    before = len(session.waiting)
    session = replace(session, waiting=(*session.waiting, prompt))
    mark, turn = view.mark(prompt, "waiting"), session.turn
    if turn is None:
        return session, (mark, *holding.card(session))
    mode = "queue" if prompt.waiting == "steer" else prompt.waiting
    shown = (mark, view.waiting_card(prompt, mode, before))
    if prompt.waiting != "interrupt" or turn.stopping is not None:
        return session, shown
    stopping = replace(session, turn=replace(turn, stopping="interrupt"))
    return stopping, (*shown, InterruptTurn(turn.id))


def taken(session: Session, turn: Turn, event: Taken) -> Step:
    """The engine has it: nothing is left to be changed."""
    fresh = tuple(p for p in turn.prompts if p.id in turn.offered and p.id in event.messages)
    offered = tuple(one for one in turn.offered if one not in event.messages)
    session = replace(session, turn=replace(turn, offered=offered))
    return session, (*(view.mark(p, "working") for p in fresh), *view.no_waiting_cards(fresh))


def begun(session: Session, turn: TurnId) -> Step:
    """The engine has what the turn began with."""
    if session.turn is None or session.turn.id != turn:
        return session, ()
    own = (p for p in session.turn.prompts if p.id not in session.turn.offered)
    return session, tuple(view.mark(p, "working") for p in own)


def changed(session: Session, event: WaitingChanged) -> Step:
    """A person changes what becomes of a message, as long as the engine has not taken it in."""
    if event.choice == "side":
        return siding.asked(session, event)
    obeyed = Settle(event.command, "done")
    turn = session.turn
    prompt = next((p for p in session.waiting if p.id == event.message), None)
    if prompt is not None:
        after, effects = _of_waiting(session, prompt, event)
        return after, (obeyed, *effects)
    if turn is None or event.message not in {p.id for p in turn.prompts}:
        return session, (obeyed, _notice(event, _NOT_WAITING))
    if event.message not in turn.offered:
        return session, (obeyed, _notice(event, _TAKEN))
    if event.choice == "steer":
        return session, (obeyed,)
    return session, (obeyed, TakeBack(turn.id, event.message, event.choice))


def _of_waiting(session: Session, prompt: Prompt, event: WaitingChanged) -> Step:
    left = tuple(p for p in session.waiting if p != prompt)
    turn = session.turn
    match event.choice:
        case "drop":
            gone = (*turns.settle((prompt,), "stopped"), *view.no_waiting_cards((prompt,)))
            return replace(session, waiting=left), gone
        case "steer":
            unhindered = replace(session, waiting=())
            if turn is None or not _may_join(unhindered, turn, prompt):
                return session, (_notice(event, _NO_TURN_OF_THEIRS),)
            steered, effects = _offered(unhindered, turn, prompt)
            return replace(steered, waiting=left), effects
        case _:
            later = replace(prompt, waiting="queue")
            waiting = tuple(later if p == prompt else p for p in session.waiting)
            before = waiting.index(later)
            card = view.waiting_card(later, "queue", before)
            return replace(session, waiting=waiting), (Amend(later), card)


def given_back(session: Session, event: GivenBack) -> Step:
    """The engine gave it back, or had it already: then its taking shows by itself."""
    turn = session.turn
    if turn is None or turn.id != event.turn or not event.ok:
        return session, ()
    prompt = next((p for p in turn.prompts if p.id == event.message), None)
    if prompt is None:
        return session, ()
    prompts = tuple(p for p in turn.prompts if p != prompt)
    offered = tuple(one for one in turn.offered if one != event.message)
    session = replace(session, turn=replace(turn, prompts=prompts, offered=offered))
    if event.fate == "drop":
        gone = (*turns.settle((prompt,), "stopped"), *view.no_waiting_cards((prompt,)))
        return session, gone
    later = replace(prompt, waiting="queue")
    session = replace(session, waiting=(later, *session.waiting))
    card = view.waiting_card(later, "queue", 0)
    return session, (Settle(later.id, "queued"), Amend(later), view.mark(later, "waiting"), card)


def _notice(event: WaitingChanged, text: str) -> Say:
    command: MessageId = event.command
    return view.notice(command, event.conversation, text)
