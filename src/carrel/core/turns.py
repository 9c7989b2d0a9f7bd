"""How turns begin, end, and are tried again: the half of the state machine about turns."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import compacting, fallback, holding, terminals, view
from carrel.core.effects import (
    Ask,
    Close,
    CloseEngine,
    Discard,
    Effects,
    Entitle,
    Fate,
    Finish,
    Linger,
    Remember,
    Revoke,
    Say,
    Settle,
    Shelve,
    Spend,
    StartTurn,
    Step,
    Take,
    TurnFate,
)
from carrel.core.events import Answered, TurnEnded
from carrel.core.jobs import PLATFORM
from carrel.core.material import one_line, words
from carrel.core.messages import Answer, Gone, Notice, Progress, Tone
from carrel.core.model import (
    Approval,
    Conversation,
    Prompt,
    Session,
    Turn,
    TurnId,
)
from carrel.core.spending import shares

MAX_ATTEMPTS = 3
TOPIC = 60
"""Characters of a conversation's first message that it is known by."""

LINGER = 1.0
"""Seconds that whoever is about to go on is given for it."""

DEFAULT_PAUSE = 900.0
LONGEST_PAUSE = 8 * 86_400.0
"""Seconds. Limits are weekly at the most; what says more is mistaken."""


def part_answered(session: Session, turn: Turn, event: Answered) -> Step:
    """Some prompts of the turn have their answer; the turn goes on with the others."""
    read = tuple(p for p in turn.prompts if p.id in event.read)
    rest = tuple(p for p in turn.prompts if p not in read) or turn.prompts[-1:]
    offered = tuple(one for one in turn.offered if one not in event.read)
    going_on = replace(turn, prompts=rest, parts=turn.parts + 1, offered=offered)
    said = _answer(turn, event, read, before=session.context)
    context = compacting.share(session, event)
    session = replace(
        session, turn=going_on, resume=event.resume or session.resume, context=context
    )
    session, told = fallback.told(session, turn, event.resume, turn.started_at)
    return session, (
        *told,
        Spend(turn.id, shares(read or turn.prompts, event.usage)),
        *settle(read, "done"),
        *_uncarded(turn, read),
        Remember(session.resume),
        said,
        *holding.warned(session, turn, event.usage.cost),
    )


def turn_ended(session: Session, turn: Turn, event: TurnEnded) -> Step:
    """The turn is over: settle it, or try it again if the engine went away."""
    if event.reason == "lost" and turn.stopping is None:
        session = replace(session, resume=event.resume or session.resume)
        return try_again(session, turn, event.text)
    ended, records = _finished(session, turn, event)
    following, effects = next_turn(ended, event.at)
    discard = (Discard(),) if session.leaving else ()
    return following, (*records, *effects, *discard)


def _finished(session: Session, turn: Turn, event: TurnEnded) -> Step:
    """Everything that the end of a turn settles, before the next one is looked for."""
    read, unread = _divided(turn, event)
    left = session.renewing or session.leaving
    resume = event.resume or session.resume
    renews = session.renewing and not session.leaving
    past = fallback.left_behind(session, resume, event.at) if renews else ()
    ended = replace(
        session, turn=None, waiting=(*unread, *session.waiting), resume=None if left else resume,
        topic="" if left else session.topic, past=(*past, *session.past), approvals=(),
        renewing=False, obeying=(), context=0.0 if left else compacting.share(session, event),
    )  # fmt: skip
    ended, revoked = ungranted(ended) if left else (ended, ())
    ended, told = _handed_over(ended, turn, event, left=left)
    records = (
        *withdraw(session),
        *_fates(turn, event, read),
        Spend(turn.id, shares(read or turn.prompts, event.usage)),
        Finish(turn.id, _end(event), resume.value if resume else ""),
        *_last_words(session, turn, event, read),
        *holding.warned(session, turn, event.usage.cost),
        *_uncarded(turn, read),
        *(Settle(p.id, "queued") for p in unread),
        *(view.mark(p, "waiting") for p in unread),
        *(Settle(command, "done") for command in session.obeying),
        *(Shelve(one) for one in past),
        Remember(ended.resume),
        *told,
        *((Entitle(""),) if left else ()),
        *revoked,
        view.say(_card(turn), turn.conversation, Gone()),
    )
    closed = (CloseEngine(),) if left else ()
    if event.reason == "limit":
        ended, effects = fallback.limited(ended, turn, _until(event), event.at)
        return ended, (*records, *effects, *closed)
    return ended, (*records, *closed)


def _handed_over(session: Session, turn: Turn, event: TurnEnded, *, left: bool) -> Step:
    """What becomes of a second engine conversation, if there is one."""
    if left:
        return fallback.emptied(session)
    heard = None if event.reason == "limit" else event.resume
    return fallback.told(session, turn, heard, event.at)


def _end(event: TurnEnded) -> TurnFate:
    return "done" if event.reason == "done" else "interrupted"


def ungranted(session: Session) -> Step:
    """With its conversation, a session leaves the grants that were given for it."""
    lasting = tuple(grant for grant in session.grants if grant.lasting)
    revoked = tuple(Revoke(grant.id) for grant in session.grants if not grant.lasting)
    return replace(session, grants=lasting), revoked


def _uncarded(turn: Turn, read: tuple[Prompt, ...]) -> Effects:
    """What was offered and never said to be taken in has come to its end all the same."""
    return view.no_waiting_cards(p for p in read if p.id in turn.offered)


def _divided(turn: Turn, event: TurnEnded) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
    """Which prompts end with the turn, and which go back to the front of the queue."""
    if event.reason == "limit" and turn.stopping is None:
        return (), turn.prompts
    if turn.stopping == "stop":
        return turn.prompts, ()
    read = _read(turn, event)
    return read, tuple(p for p in turn.prompts if p not in read)


def _read(turn: Turn, event: TurnEnded) -> tuple[Prompt, ...]:
    """What the engine has begun on; the first of them ends with its turn whatever happens."""
    return tuple(p for p in turn.prompts if p.id in event.read) or turn.prompts[:1]


def _fates(turn: Turn, event: TurnEnded, ended: tuple[Prompt, ...]) -> Effects:
    """How each of them ended: an answer came in time for a stop only of what it had read."""
    if turn.stopping != "stop" or event.reason != "done":
        return settle(ended, _fate(turn, event))
    answered = _read(turn, event)
    unread = tuple(p for p in ended if p not in answered)
    return (*settle(answered, "done"), *settle(unread, "stopped"))


def _fate(turn: Turn, event: TurnEnded) -> Fate:
    if event.reason == "done":
        return "done"
    if turn.stopping == "interrupt":
        return "superseded"
    if turn.stopping == "stop" or event.reason == "stopped":
        return "stopped"
    return "failed"


def _until(event: TurnEnded) -> float:
    """When a limit lifts; a time that is past already would start the turn again for ever."""
    resets_at = event.resets_at or 0.0
    if resets_at <= event.at:
        return event.at + DEFAULT_PAUSE
    return min(resets_at, event.at + LONGEST_PAUSE)


def _last_words(
    session: Session, turn: Turn, event: TurnEnded, read: tuple[Prompt, ...]
) -> Effects:
    """What people see of the end: an answer, or in one sentence why there is none."""
    if event.reason == "done" and turn.compacts:
        return compacting.told(turn, event.text)
    if event.reason == "done" and event.nothing and _unasked(turn, read):
        return ()
    if event.reason == "done":
        before = session.context
        return (_answer(turn, event, read, before=before, nothing=event.nothing),)
    if turn.stopping is not None or event.reason == "stopped":
        return _cut_short(turn, event, read)
    if event.reason == "limit":
        return ()
    return (_end_notice(turn, event.text or "The turn failed.", "error"),)


def _unasked(turn: Turn, read: tuple[Prompt, ...]) -> bool:
    """Whether a clock asked, among people who have not. A job's own place keeps everything."""
    clock = all(p.id.startswith(f"{PLATFORM}/") for p in read)
    return clock and turn.conversation.platform != PLATFORM


def _cut_short(turn: Turn, event: TurnEnded, read: tuple[Prompt, ...]) -> Effects:
    if event.reason == "stopped" and event.text:
        return (_answer(turn, event, read, note="stopped"),)
    return (_end_notice(turn, "Stopped.", "info"),)


def try_again(session: Session, turn: Turn, why: str) -> Step:
    """The same turn with the same prompts once more, or set aside when it was tried enough."""
    if not turn.prompts:
        idle, effects = next_turn(replace(session, turn=None), turn.started_at)
        return idle, (Finish(turn.id, "done"), *effects)
    if turn.attempt < MAX_ATTEMPTS:
        allowance = holding.allowance(session)
        retry = replace(turn, attempt=turn.attempt + 1, offered=(), allowance=allowance)
        session = replace(session, turn=retry, approvals=tuple(map(_cut, session.approvals)))
        return session, (
            Take(retry),
            *(Ask(approval) for approval in session.approvals),
            *(view.mark(p, "stored") for p in retry.prompts),
            *view.no_waiting_cards(retry.prompts[1:]),
            view.say(stalled_nonce(turn), turn.conversation, Gone()),
            view.say(_card(turn), turn.conversation, _progress(retry)),
            start(session, retry),
        )
    text = f"Set aside after {turn.attempt} tries. {why}"
    gone = view.say(_card(turn), turn.conversation, Gone())
    ended = replace(session, turn=None, approvals=(), obeying=(), renewing=False)
    following, effects = next_turn(ended, turn.started_at)
    return following, (
        *withdraw(session),
        *settle(turn.prompts, "failed"),
        Finish(turn.id, "failed"),
        *(Settle(command, "done") for command in session.obeying),
        gone,
        _end_notice(turn, text, "error"),
        *effects,
    )


def may_begin(session: Session) -> bool:
    """Whether nothing stands against a turn, other than one that runs."""
    kept = session.leaving or session.rewinding is not None or session.terminal is not None
    return session.paused_until is None and not kept and not session.away


def next_turn(session: Session, at: float, *, patient: bool = True) -> Step:
    """Start the next turn if anything waits and nothing stands against it; a terminal goes first.

    `patient`: whoever is about to go on is given a moment for it.
    """
    if session.away:
        return session, ()
    if fallback.may_return(session, at):
        back, returned = fallback.returned(session)
        following, effects = next_turn(back, at, patient=patient)
        return following, (*returned, *effects)
    if terminals.is_next(session):
        return terminals.lend(session, at)
    if not session.waiting or session.turn is not None or not may_begin(session):
        return session, ()
    if limit := holding.used_up(session):
        return holding.held(session, limit)
    if patient and len(session.waiting) == 1 and session.waiting[0].more:
        return session, (view.mark(session.waiting[0], "stored"), Linger(LINGER))
    prompts = _prefix(session.waiting, session.burst)
    number = session.turns + 1
    name, allowance = TurnId(f"{session.key}#{number}"), holding.allowance(session)
    turn = Turn(name, prompts, started_at=at, allowance=allowance)
    waiting = session.waiting[len(prompts) :]
    topic = session.topic or one_line(words(prompts[0]), TOPIC)
    started = replace(session, turn=turn, turns=number, waiting=waiting, topic=topic)
    return started, (
        Take(turn),
        *((Entitle(topic),) if topic != session.topic else ()),
        *(view.mark(p, "stored") for p in prompts),
        *view.no_waiting_cards(prompts),
        view.say(_card(turn), turn.conversation, _progress(turn)),
        start(started, turn),
    )


def back(session: Session, at: float) -> Step:
    """The first model goes on: at once if nothing runs, and else with the next turn."""
    ending, records = fallback.ending(session)
    following, effects = next_turn(ending, at)
    return following, (*records, *effects)


def start(session: Session, turn: Turn) -> StartTurn:
    """The deed that gives the turn to the engine, as the session stands."""
    cut = frozenset(call for approval in session.approvals for call in approval.cut)
    told_of = fallback.told_of(session)
    return StartTurn(turn, session.resume, fallback.in_force(session), cut, told_of)


def _cut(approval: Approval) -> Approval:
    """The engine went away: nothing stands still for it any more, but it can be answered."""
    return replace(approval, calls=(), cut=(*approval.cut, *approval.calls))


def _prefix(waiting: tuple[Prompt, ...], burst: float) -> tuple[Prompt, ...]:
    """The head; with `collect` its whole run; up to an interrupting message, all before it.

    A head whose sender was about to go on takes along what they said next, and so does a burst.
    """
    place = waiting[0].conversation
    here = 0
    if waiting[0].command:
        return waiting[:1]
    while here < len(waiting) and _goes_along(waiting[here], place):
        here += 1
    cuts = [i for i in range(here) if waiting[i].waiting == "interrupt"]
    if cuts:
        return waiting[: cuts[-1] + 1]
    run = 0
    while run < here and waiting[run].waiting == "collect":
        run += 1
    together = 1
    while together < here and _belong_together(waiting[together - 1], waiting[together], burst):
        together += 1
    return waiting[: max(run, together)]


def _goes_along(prompt: Prompt, place: Conversation) -> bool:
    return prompt.conversation == place and not prompt.command


def _belong_together(one: Prompt, next_: Prompt, burst: float) -> bool:
    soon = 0 <= next_.at - one.at <= burst and burst > 0
    return one.sender == next_.sender and (one.more or soon)


def withdraw(session: Session) -> Effects:
    """Close every open approval: the engine that asked is not there any more."""
    place = session.turn.conversation if session.turn and session.turn.prompts else None
    closed = tuple(Close(a.id, "withdrawn") for a in session.approvals)
    unanswered = (a for a in session.approvals if a.verdict is None)
    if place is None:
        return closed
    return (*closed, *(s for a in unanswered for s in view.request_over(a, place, "withdrawn")))


def settle(prompts: tuple[Prompt, ...], fate: Fate) -> Effects:
    """The prompts' fate, recorded and shown."""
    signs = tuple(view.mark(p, view.SIGNS[fate]) for p in prompts)
    return (*(Settle(p.id, fate) for p in prompts), *signs)


def _end_notice(turn: Turn, text: str, tone: Tone) -> Say:
    return view.say(f"{turn.id}.end", turn.conversation, Notice(text, tone))


def _answer(
    turn: Turn,
    event: Answered | TurnEnded,
    read: tuple[Prompt, ...],
    note: str = "",
    *,
    before: float = 1.0,
    nothing: bool = False,
) -> Say:
    """`before`: the share of the window that was in use at the answer before."""
    reply_to = read[0].id if read else None
    footer = view.footer(event.usage, note, event.work, before)
    body = Answer(event.text or "Done.", footer, reply_to, nothing=nothing)
    return view.say(f"{turn.id}.answer.{turn.parts}", turn.conversation, body)


def stalled_nonce(turn: Turn) -> str:
    """The nonce of the word that nothing is heard of the turn."""
    return f"{turn.id}.stalled"


def _card(turn: Turn) -> str:
    return f"{turn.id}.card"


def _progress(turn: Turn) -> Progress:
    note = f"try {turn.attempt} of {MAX_ATTEMPTS}" if turn.attempt > 1 else ""
    return Progress(turn.id, note=note, started_at=turn.started_at)
