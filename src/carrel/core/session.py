"""A session, as a pure state machine: an event in, the next state and its effects out.

Records come before deeds in every answer, so that the caller saves first and acts after.
The rule of waiting: a turn takes a prefix of the queue (`_prefix`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, assert_never

from carrel.core import leaving, turns, view, waiting
from carrel.core.effects import (
    AnswerEngine,
    Ask,
    Close,
    CloseEngine,
    InterruptTurn,
    Join,
    Pause,
    Remember,
    Say,
    Settle,
    Steer,
    Take,
    WarmEngine,
)
from carrel.core.events import (
    Amended,
    Answered,
    ApprovalAnswered,
    ApprovalAsked,
    Begun,
    Discarded,
    Event,
    Expected,
    FileOffered,
    Halted,
    Lingered,
    Missed,
    MissedSettled,
    NewAsked,
    Overdue,
    Prompted,
    Restored,
    Retracted,
    StatusAsked,
    StopAsked,
    Thought,
    Told,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Vanished,
    Waited,
    Woken,
    Wrote,
)
from carrel.core.messages import Notice, Tone
from carrel.core.model import Conversation, MessageId, Prompt, Session, Turn, TurnId
from carrel.core.turns import Effects, Step

MAX_WAITING = 20

RESTARTED = "Carrel was restarted in the middle of it."


def step(session: Session, event: Event) -> Step:
    """Decide what *event* does to *session*. No clock, no I/O, no exceptions."""
    match event:
        case Prompted(prompt):
            return _prompted(session, prompt)
        case Amended(prompt):
            return waiting.amended(session, prompt)
        case Retracted(message):
            return waiting.retracted(session, message)
        case Missed(prompt):
            return waiting.missed(session, prompt)
        case MissedSettled():
            return waiting.missed_settled(session, event)
        case Vanished():
            return leaving.vanished(session, event)
        case Discarded():
            return leaving.discarded(session)
        case StopAsked():
            return _stop(session, event)
        case NewAsked():
            return _renew(session, event)
        case ApprovalAnswered():
            return _approval_answered(session, event)
        case StatusAsked(command, place):
            return session, _told(command, place, view.status(session))
        case Told(command, place, text):
            return session, _told(command, place, text)
        case Expected(place):
            return session, _warm(session, place)
        case Restored(at):
            return _restored(session, at)
        case Halted():
            return _halted(session)
        case Woken(at):
            return _woken(session, at)
        case Lingered(at):
            return turns.next_turn(session, at, patient=False)
        case Begun(turn):
            return _begun(session, turn)
        case Overdue(message):
            return _overdue(session, message)
        case Wrote() | Thought() | ToolStarted() | ToolEnded() | Waited():
            return session, ()
        case ApprovalAsked() | FileOffered() | Answered() | TurnEnded():
            return _engine_said(session, event)
        case _:
            assert_never(event)


def _prompted(session: Session, prompt: Prompt) -> Step:
    turn = session.turn
    if prompt.id in {p.id for p in (*session.waiting, *(turn.prompts if turn else ()))}:
        return session, ()
    if len(session.waiting) >= MAX_WAITING:
        full = f"{MAX_WAITING} messages are waiting already; this one was not taken."
        return session, (*turns.settle((prompt,), "failed"), _notice(prompt, full, "warning"))
    if turn is None and turns.may_begin(session):
        queued = replace(session, waiting=(*session.waiting, prompt))
        return turns.next_turn(queued, prompt.at)
    if turn is not None and _steers(session, turn, prompt):
        joined = replace(session, turn=replace(turn, prompts=(*turn.prompts, prompt)))
        records = (Join(turn.id, prompt.id), view.mark(prompt, "working"))
        return joined, (*records, Steer(turn.id, prompt))
    return _wait(session, prompt)


def _steers(session: Session, turn: Turn, prompt: Prompt) -> bool:
    """Steering may not overtake what waits, nor bring another place's words into a turn.

    And not without end: a turn that was steered twenty times lets the next one wait.
    """
    free = turn.stopping is None and not session.waiting and len(turn.prompts) < MAX_WAITING
    return free and prompt.waiting == "steer" and prompt.conversation == turn.conversation


def _wait(session: Session, prompt: Prompt) -> Step:
    session = replace(session, waiting=(*session.waiting, prompt))
    marked = view.mark(prompt, "waiting")
    turn = session.turn
    if prompt.waiting != "interrupt" or turn is None or turn.stopping is not None:
        return session, (marked,)
    stopping = replace(session, turn=replace(turn, stopping="interrupt"))
    return stopping, (marked, InterruptTurn(turn.id))


def _begun(session: Session, turn: TurnId) -> Step:
    """The engine has what it was given."""
    if session.turn is None or session.turn.id != turn:
        return session, ()
    return session, tuple(view.mark(p, "working") for p in session.turn.prompts)


def _stop(session: Session, event: StopAsked) -> Step:
    """What waits is cancelled first, so that nothing is promoted into a stopping session."""
    dropped = turns.settle(session.waiting, "stopped")
    turn = session.turn
    idle = replace(session, waiting=())
    if turn is None:
        text = "Stopped what was waiting." if session.waiting else "Nothing is running."
        return idle, (*dropped, *_told(event.command, event.conversation, text))
    return _interrupted(idle, turn, event.command, dropped)


def _overdue(session: Session, message: MessageId) -> Step:
    """Its turn is stopped as a person would stop it, but what others said goes on waiting."""
    turn = session.turn
    if turn is None or message not in {p.id for p in turn.prompts}:
        return waiting.retracted(session, message)
    if turn.stopping is not None:
        return session, ()
    stopping = replace(session, turn=replace(turn, stopping="stop"))
    return stopping, (InterruptTurn(turn.id),)


def _renew(session: Session, event: NewAsked) -> Step:
    if session.turn is None:
        lifted = () if session.paused_until is None else (Pause(None),)
        fresh = replace(session, resume=None, paused_until=None)
        text = "A fresh conversation begins; files and memory stay."
        told = _told(event.command, event.conversation, text)
        at = session.waiting[0].at if session.waiting else 0.0
        following, effects = turns.next_turn(fresh, at)
        return following, (Remember(None), *lifted, *told, CloseEngine(), *effects)
    return _interrupted(replace(session, renewing=True), session.turn, event.command, ())


def _interrupted(session: Session, turn: Turn, command: MessageId, said: Effects) -> Step:
    """The command is settled with the turn's end: a crash before it obeys it again."""
    obeying = (*session.obeying, command)
    if turn.stopping == "stop":
        return replace(session, obeying=obeying), said
    stopping = replace(session, turn=replace(turn, stopping="stop"), obeying=obeying)
    return stopping, (*said, InterruptTurn(turn.id))


def _warm(session: Session, place: Conversation) -> Effects:
    free = session.turn is None and turns.may_begin(session)
    return (WarmEngine(place, session.resume),) if free else ()


def _approval_answered(session: Session, event: ApprovalAnswered) -> Step:
    approval = next((a for a in session.approvals if a.id == event.approval), None)
    if approval is None:
        text = "That request is not open any more; it was answered or withdrawn."
        return session, _told(event.command, event.conversation, text)
    left = tuple(a for a in session.approvals if a != approval)
    state: Literal["allowed", "denied"] = "allowed" if event.decision == "allow" else "denied"
    place = session.turn.conversation if session.turn else event.conversation
    return replace(session, approvals=left), (
        Close(approval.id, state, event.by),
        Settle(event.command, "done"),
        view.approval_card(approval, place, state, event.by),
        AnswerEngine(approval.id, event.decision, event.reason),
    )


def _restored(session: Session, at: float) -> Step:
    """A pause is tried at once: the restart may be what mended the login that was used up."""
    withdrawn = (*turns.withdraw(session), *waiting.cards(session))
    session = replace(session, approvals=())
    if session.leaving:
        left, effects = leaving.resumed(session, session.turn)
        return left, (*withdrawn, *effects)
    if session.turn is not None:
        again, effects = turns.try_again(session, session.turn, RESTARTED)
        return again, (*withdrawn, *effects)
    lifted = () if session.paused_until is None else (Pause(None),)
    started, effects = turns.next_turn(replace(session, paused_until=None), at)
    return started, (*withdrawn, *lifted, *effects)


def _halted(session: Session) -> Step:
    if session.turn is None:
        return session, ()
    turn = replace(session.turn, attempt=session.turn.attempt - 1)
    return replace(session, turn=turn), (Take(turn),)


def _woken(session: Session, at: float) -> Step:
    if session.paused_until is None or at < session.paused_until:
        return session, ()
    awake, effects = turns.next_turn(replace(session, paused_until=None), at)
    return awake, (Pause(None), *effects)


def _engine_said(
    session: Session, event: ApprovalAsked | FileOffered | Answered | TurnEnded
) -> Step:
    turn = session.turn
    if turn is None or turn.id != event.turn:
        return session, ()
    match event:
        case ApprovalAsked(approval=approval):
            asked = replace(session, approvals=(*session.approvals, approval))
            return asked, (Ask(approval), view.approval_card(approval, turn.conversation, "open"))
        case FileOffered(call=call, file=file):
            return session, (view.say(f"{turn.id}.file.{call}", turn.conversation, file),)
        case Answered():
            return turns.part_answered(session, turn, event)
        case TurnEnded():
            return turns.turn_ended(session, turn, event)


def _told(command: MessageId, place: Conversation, text: str) -> Effects:
    return (Settle(command, "done"), view.notice(command, place, text))


def _notice(prompt: Prompt, text: str, tone: Tone) -> Say:
    return view.say(f"{prompt.id}.notice", prompt.conversation, Notice(text, tone))
