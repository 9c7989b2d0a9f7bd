"""A session, as a pure state machine: an event in, the next state and its effects out.

Records come before deeds in every answer, so that the caller saves first and acts after.
The rule of waiting: a turn takes a prefix of the queue (`_prefix`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from carrel.core import (
    away,
    choosing,
    compacting,
    fallback,
    forking,
    guests,
    handoff,
    holding,
    leaving,
    queueing,
    renewing,
    requests,
    rewinding,
    siding,
    stalling,
    switching,
    terminals,
    turns,
    view,
    waiting,
)
from carrel.core.effects import (
    CloseEngine,
    Effects,
    Free,
    Fulfil,
    Inquire,
    InterruptTurn,
    Pause,
    Settle,
    Step,
    Take,
    WakeAt,
    WarmEngine,
)
from carrel.core.events import (
    Adjusted,
    AgainAsked,
    Amended,
    Answered,
    ApprovalAnswered,
    ApprovalAsked,
    Begun,
    Compacted,
    Discarded,
    EngineEvent,
    Event,
    Expected,
    FileOffered,
    ForgetAsked,
    Forgot,
    ForkAsked,
    Found,
    GivenBack,
    GrantsAsked,
    GuestCame,
    GuestSettled,
    Halted,
    HandoffAsked,
    Inquired,
    LetterSettled,
    Lingered,
    Missed,
    MissedSettled,
    NewAsked,
    Overdue,
    OverspendAsked,
    OwnEvent,
    PersonEvent,
    PlaceEvent,
    Prompted,
    QuestionAnswered,
    RebuildAsked,
    Restored,
    ResumeAsked,
    Retracted,
    RewindAsked,
    Rewound,
    Stalled,
    StatusAsked,
    Stirred,
    StopAsked,
    SwitchAsked,
    Taken,
    TakenAside,
    TerminalCame,
    TerminalLeft,
    Thought,
    Told,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Unanswered,
    Vanished,
    Waited,
    WaitingChanged,
    WakeAsked,
    Wished,
    Woken,
    Wrote,
)
from carrel.core.messages import Notice
from carrel.core.model import Conversation, MessageId, Session

_AT_WORK = "The agent is at work there; /stop it first."
RESTARTED = "Carrel was restarted in the middle of it."


def step(session: Session, event: Event) -> Step:
    """Decide what *event* does to *session*. No clock, no I/O, no exceptions."""
    if isinstance(event, PersonEvent):
        return _person_said(session, event)
    if isinstance(event, PlaceEvent):
        return _happened_there(session, event)
    if isinstance(event, OwnEvent):
        return _happened_here(session, event)
    return _engine_said(session, event)


def _person_said(session: Session, event: PersonEvent) -> Step:
    if session.away or isinstance(event, RebuildAsked):
        return away.said(session, event)
    if session.rewinding is not None and isinstance(event, rewinding.Waits):
        return session, view.obeyed(event.command, event.conversation, rewinding.NOT_NOW)
    match event:
        case Prompted(prompt):
            return queueing.prompted(session, prompt)
        case WaitingChanged():
            return queueing.changed(session, event)
        case MissedSettled():
            return waiting.missed_settled(session, event)
        case GuestSettled():
            return guests.settled(session, event)
        case StopAsked():
            return _stop(session, event)
        case NewAsked():
            return renewing.renewed(session, event)
        case WakeAsked():
            return _wake(session, event)
        case SwitchAsked():
            return switching.asked(session, event)
        case OverspendAsked():
            return _overspend(session, event)
        case AgainAsked():
            return stalling.again(session, event)
        case ResumeAsked():
            return renewing.resumed(session, event)
        case ForgetAsked():
            return renewing.forgotten(session, event)
        case ApprovalAnswered() | QuestionAnswered():
            return requests.settled(session, event)
        case Adjusted():
            return choosing.adjusted(session, event)
        case GrantsAsked():
            return requests.listed(session, event)
        case HandoffAsked():
            return handoff.asked(session, event)
        case Inquired():
            return _inquired(session, event)
        case RewindAsked():
            return rewinding.asked(session, event)
        case ForkAsked():
            return forking.forked(session, event)
        case StatusAsked(command, place):
            return session, view.obeyed(command, place, view.status(session))
        case Told(command, place, text):
            return session, view.obeyed(command, place, text)
        case _:
            assert_never(event)


def _happened_there(session: Session, event: PlaceEvent) -> Step:
    match event:
        case Amended(prompt):
            return waiting.amended(session, prompt)
        case Retracted(message):
            return waiting.retracted(session, message)
        case Missed(prompt):
            return waiting.missed(session, prompt)
        case GuestCame(prompt):
            return guests.came(session, prompt)
        case Vanished():
            return leaving.vanished(session, event)
        case Expected(place):
            return session, _warm(session, place)
        case _:
            assert_never(event)


def _happened_here(session: Session, event: OwnEvent) -> Step:
    match event:
        case Restored(at):
            return _restored(session, at)
        case Halted():
            return _halted(session)
        case Woken(at):
            return _woken(session, at)
        case Lingered(at):
            return turns.next_turn(session, at, patient=False)
        case Stalled():
            return stalling.stalled(session, event)
        case Stirred():
            return stalling.stirred(session, event)
        case Begun(turn):
            return queueing.begun(session, turn)
        case LetterSettled():
            return waiting.letter_settled(session, event)
        case Overdue(message):
            return _overdue(session, message)
        case Unanswered():
            return requests.unanswered(session, event)
        case TakenAside():
            return siding.taken(session, event)
        case GivenBack():
            return queueing.given_back(session, event)
        case TerminalCame():
            return handoff.came(session, event)
        case TerminalLeft():
            return handoff.left(session, event)
        case Discarded():
            return leaving.discarded(session)
        case Rewound():
            return rewinding.rewound(session, event)
        case Found():
            return _found(session, event)
        case _:
            assert_never(event)


def _inquired(session: Session, event: Inquired) -> Step:
    """Looked up beside the session's work.

    What lets go of that work is done only while nothing runs, and nothing starts before it is done.
    """
    lets_go = _lets_go(event)
    if lets_go and terminals.has(session):
        return session, view.obeyed(event.command, event.conversation, terminals.ELSEWHERE)
    if lets_go and (session.turn is not None or session.rewinding is not None):
        return session, view.obeyed(event.command, event.conversation, _AT_WORK)
    known = view.filled(session.context) if event.what == "context" else event.argument
    looking = Inquire(event.command, event.conversation, event.what, known, event.by)
    if lets_go:
        return replace(session, rewinding=event.command), (CloseEngine(), looking)
    return session, (looking,)


def _lets_go(event: Inquired) -> bool:
    """Whether the session works in another folder afterwards."""
    match event.what:
        case "worktree":
            return event.argument.startswith("discard")
        case "project":
            return bool(event.argument)
        case _:
            return False


def _found(session: Session, event: Found) -> Step:
    said = view.say(f"{event.command}.notice", event.conversation, event.body)
    answer = (Settle(event.command, "done"), said)
    if session.rewinding != event.command:
        return session, answer
    at = session.waiting[0].at if session.waiting else 0.0
    following, effects = turns.next_turn(replace(session, rewinding=None), at)
    return following, (*answer, *effects)


def _stop(session: Session, event: StopAsked) -> Step:
    """What waits is cancelled first, so that nothing is promoted into a stopping session."""
    cards = view.no_waiting_cards(session.waiting)
    dropped = (*turns.settle(session.waiting, "stopped"), *cards)
    turn = session.turn
    idle = replace(session, waiting=())
    if turn is None:
        text = "Stopped what was waiting." if session.waiting else "Nothing is running."
        return idle, (*dropped, *view.obeyed(event.command, event.conversation, text))
    return renewing.interrupted(idle, turn, event.command, dropped)


def _overdue(session: Session, message: MessageId) -> Step:
    """Its turn is stopped as a person would stop it, but what others said goes on waiting."""
    turn = session.turn
    if turn is None or session.away or message not in {p.id for p in turn.prompts}:
        return waiting.retracted(session, message)
    if turn.stopping is not None:
        return session, ()
    stopping = replace(session, turn=replace(turn, stopping="stop"))
    return stopping, (InterruptTurn(turn.id),)


def _warm(session: Session, place: Conversation) -> Effects:
    told_of = fallback.told_of(session)
    warm = WarmEngine(place, session.resume, fallback.in_force(session), told_of)
    free = session.turn is None and turns.may_begin(session)
    return (warm,) if free else ()


def _restored(session: Session, at: float) -> Step:
    """A pause is tried at once: the restart may be what mended the login that was used up."""
    cards = (*waiting.cards(session), *guests.cards(session), *fallback.timer(session))
    if session.away and not session.leaving:
        return session, (*cards, *away.card(session))
    if terminals.has(session):
        until = session.paused_until
        paused = () if until is None else (WakeAt(until),)
        return session, (*cards, *paused, *terminals.watch(session))
    if session.leaving:
        withdrawn = turns.withdraw(session)
        left, effects = leaving.resumed(replace(session, approvals=()), session.turn)
        return left, (*withdrawn, *cards, *effects)
    if session.turn is not None:
        again, effects = turns.try_again(session, session.turn, RESTARTED)
        return again, (*cards, *effects, *requests.reminders(again, at))
    lifted = () if session.paused_until is None else (Pause(None),)
    started, effects = turns.next_turn(replace(session, paused_until=None), at)
    return started, (*cards, *lifted, *effects)


def _halted(session: Session) -> Step:
    if session.turn is None:
        return session, ()
    turn = replace(session.turn, attempt=session.turn.attempt - 1)
    return replace(session, turn=turn), (Take(turn),)


def _wake(session: Session, event: WakeAsked) -> Step:
    """The limit may have been lifted, or the login changed: whoever pays may try."""
    if session.hold is None and fallback.away(session):
        return switching.back(session, event)
    if session.paused_until is None:
        return session, view.obeyed(event.command, event.conversation, "Nothing is paused here.")
    awake, over = holding.lifted(session)
    following, effects = turns.next_turn(awake, event.at)
    told = view.obeyed(event.command, event.conversation, "Trying again now.")
    return following, (*told, *over, *effects)


def _overspend(session: Session, event: OverspendAsked) -> Step:
    """An owner lets this session go on until the day is over, whatever the budgets say."""
    hold = session.hold
    if hold is None:
        return session, view.obeyed(
            event.command, event.conversation, "No budget holds anything back."
        )
    awake, over = holding.lifted(replace(session, freed_until=hold.until))
    following, effects = turns.next_turn(awake, event.at)
    told = view.obeyed(event.command, event.conversation, holding.freed(hold))
    return following, (*told, Free(hold.until), *over, *effects)


def _woken(session: Session, at: float) -> Step:
    if session.paused_until is None and fallback.may_return(session, at):
        return turns.next_turn(session, at)
    if session.paused_until is None or at < session.paused_until:
        return session, ()
    awake, over = holding.lifted(session)
    following, effects = turns.next_turn(awake, at)
    return following, (*over, *effects)


def _engine_said(session: Session, event: EngineEvent) -> Step:
    """Progress is only shown; and what another turn's engine says late changes nothing."""
    turn = session.turn
    if turn is None or turn.id != event.turn:
        return session, ()
    match event:
        case Wrote() | Thought() | ToolStarted() | ToolEnded() | Waited():
            return session, ()
        case Taken():
            return queueing.taken(session, turn, event)
        case ApprovalAsked(approval=approval):
            return requests.asked(session, turn, approval)
        case FileOffered(call=call, file=file):
            return session, (view.say(f"{turn.id}.file.{call}", turn.conversation, file),)
        case Wished(call=call, wish=wish):
            by = turn.prompts[0].sender
            return session, (Fulfil(turn.id, call, turn.conversation, wish, by),)
        case Compacted():
            return compacting.by_itself(session, turn, event)
        case Forgot(note=note):
            return session, (view.say(f"{turn.id}.forgot", turn.conversation, Notice(note)),)
        case Answered():
            return turns.part_answered(session, turn, event)
        case TurnEnded():
            return turns.turn_ended(session, turn, event)
        case _:
            assert_never(event)
