"""What people see: engine events folded into one card, and the words of footers and notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import assert_never

from carrel.core.approvals import visible
from carrel.core.effects import Fate, Say, Settle
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    Compacted,
    EngineEvent,
    FileOffered,
    Forgot,
    Taken,
    Thought,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Waited,
    Wished,
    Wrote,
)
from carrel.core.grants import proposal
from carrel.core.material import one_line
from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    ApprovalState,
    Body,
    Card,
    Gone,
    Mark,
    MarkSign,
    MissedCard,
    MissedState,
    Notice,
    Outbound,
    PlanCard,
    Progress,
    QuestionCard,
    WaitingCard,
)
from carrel.core.model import (
    Approval,
    Conversation,
    Fallback,
    MessageId,
    Prompt,
    Session,
    Usage,
    WaitingMode,
)
from carrel.core.split import split
from carrel.core.tables import draw

SHOWN_ACTIONS = 5
SHOWN_TEXT = 100_000
FOOTER_ROOM = 180
NAME_IN_FOOTER = 30
"""Characters of a project's or a branch's name there."""
NOTICED_FROM = 70
"""Percent of the context in use from which each further tenth is told."""

FAR_FUTURE = 4e9
"""Unix seconds, in the year 2096: what lies beyond is a service's mistake."""

SIGNS: Mapping[Fate, MarkSign] = MappingProxyType(
    {
        "done": "answered",
        "queued": "waiting",
        "stopped": "stopped",
        "superseded": "stopped",
        "failed": "failed",
    }
)


def say(nonce: str, place: Conversation, body: Body) -> Say:
    """The record that shows `body` in `place` under `nonce`."""
    return Say(Outbound(nonce, place, body))


def notice(command: MessageId, place: Conversation, text: str) -> Say:
    """The word that answers a command."""
    return say(f"{command}.notice", place, Notice(text, reply_to=command))


def obeyed(command: MessageId, place: Conversation, text: str) -> tuple[Settle, Say]:
    """A command is done with, and that is the word that answers it."""
    return Settle(command, "done"), notice(command, place, text)


def mark(prompt: Prompt, sign: MarkSign) -> Say:
    """The receipt on the prompt's own message."""
    return say(f"{prompt.id}.mark", prompt.conversation, Mark(prompt.id, sign))


def request_card(
    approval: Approval, place: Conversation, state: ApprovalState = "open", by: str = ""
) -> Say:
    """The card that asks, or that shows what was decided."""
    return say(f"{approval.turn}.ask.{approval.id}", place, _card(approval, state, by))


def request_over(
    approval: Approval, place: Conversation, state: ApprovalState, by: str = ""
) -> tuple[Say, ...]:
    """The card as it was decided; what reminded of it is gone, with its buttons."""
    reminders = (reminder_nonce(approval, number) for number in range(approval.reminded))
    gone = (say(nonce, place, Gone()) for nonce in reminders)
    return (request_card(approval, place, state, by), *gone)


def reminder_nonce(approval: Approval, number: int) -> str:
    """The name of one of its reminders, the first being 0."""
    return f"{approval.turn}.ask.{approval.id}.reminder{number}"


def _card(approval: Approval, state: ApprovalState, by: str) -> Card:
    match approval.kind:
        case "tool":
            return ApprovalCard(
                approval.id, approval.tool, approval.title, approval.detail, approval.folder,
                state, by, max(len(approval.calls), 1), _always(approval),
                approval.project if _always(approval) else "",
            )  # fmt: skip
        case "plan":
            return PlanCard(approval.id, approval.detail, state, by)
        case "question":
            return _question_card(approval, state, by)
        case _:
            assert_never(approval.kind)


def _always(approval: Approval) -> str:
    pattern = proposal(approval.wanted)
    return "" if pattern is None else str(pattern)


def _question_card(approval: Approval, state: ApprovalState, by: str) -> QuestionCard:
    given = tuple(
        (question.text, ", ".join(answer))
        for question, answer in zip(approval.questions, approval.answers, strict=False)
    )
    return QuestionCard(
        approval.id,
        approval.question or approval.questions[-1],
        min(len(approval.answers) + 1, len(approval.questions)),
        len(approval.questions),
        approval.picked,
        given,
        state,
        by,
    )


def missed_nonce(missed: tuple[Prompt, ...]) -> str:
    """The nonce of the card about these messages of one conversation."""
    return f"{missed[0].id}.missed"


def missed_card(missed: tuple[Prompt, ...], state: MissedState, by: str = "") -> Say:
    """The card that asks about what was missed in a conversation, or shows what was decided."""
    body = MissedCard(len(missed), missed[0].at, state, by)
    return say(missed_nonce(missed), missed[0].conversation, body)


def waiting_card(prompt: Prompt, mode: WaitingMode, before: int) -> Say:
    """The card that says what becomes of a message that waits."""
    body = WaitingCard(prompt.id, mode, before)
    return say(f"{prompt.id}.waiting", prompt.conversation, body)


def no_waiting_cards(prompts: Iterable[Prompt]) -> tuple[Say, ...]:
    """What waited is taken, or is no more; there is nothing left to be changed."""
    return tuple(say(f"{p.id}.waiting", p.conversation, Gone()) for p in prompts)


def fold(progress: Progress, event: EngineEvent) -> Progress:
    """The card after `event`. The text is what the engine is writing now: a tool ends it."""
    match event:
        case Wrote(text=text):
            written = (progress.text + text)[-SHOWN_TEXT:]
            return replace(progress, state="working", text=written, note="")
        case Thought():
            return replace(progress, state="thinking", note="")
        case ToolStarted():
            return _tool_started(progress, event)
        case ToolEnded(call=call, ok=ok):
            ended = tuple(_ended(a, ok=ok) if a.id == call else a for a in progress.actions)
            return replace(progress, state="working", actions=ended, note="")
        case Waited(note=note):
            return replace(progress, state="retrying", note=note)
        case ApprovalAsked():
            return replace(progress, state="asking", note="waiting for your answer")
        case Taken():
            return replace(progress, state="working") if progress.state == "stalled" else progress
        case Compacted() | Forgot() | Wished():
            return progress
        case FileOffered() | Answered():
            return replace(progress, text="", note="")
        case TurnEnded():
            return progress
        case _:
            assert_never(event)


def _tool_started(progress: Progress, event: ToolStarted) -> Progress:
    action = Action(event.call, event.tool, event.summary)
    actions = (*progress.actions, action)[-SHOWN_ACTIONS:]
    return replace(
        progress, state="working", step=progress.step + 1, actions=actions, text="", note=""
    )


def _ended(action: Action, *, ok: bool) -> Action:
    return replace(action, state="done" if ok else "failed")


def present(
    outbound: Outbound, limit: int, whole: int | None = None, *, tables: bool = True
) -> tuple[Outbound, ...]:
    """The Outbounds that a platform with `limit` characters a message can show.

    Answers are split, each part with a nonce of its own: the first replies, the last has the
    footer. One that is longer than `whole` is its beginning, with the rest in a file. Without
    `tables` they are drawn as text. A notice, which is one sentence or an engine's complaint, is
    cut.
    """
    body = outbound.body
    if isinstance(body, Notice) and len(body.text) > limit:
        return (replace(outbound, body=replace(body, text=body.text[: limit - 1] + "…")),)
    if not isinstance(body, Answer):
        return (outbound,)
    room = max(limit - min(FOOTER_ROOM, limit // 4), 1)
    if whole is not None and len(body.text) > whole:
        return (replace(outbound, nonce=f"{outbound.nonce}.0", body=_begun(body, room)),)
    texts = split(body.text if tables else draw(body.text), room)
    last = len(texts) - 1
    return tuple(
        replace(
            outbound,
            nonce=f"{outbound.nonce}.{n}",
            body=replace(
                body,
                text=text,
                footer=body.footer if n == last else "",
                reply_to=None if n else body.reply_to,
            ),
        )
        for n, text in enumerate(texts)
    )


def _begun(answer: Answer, room: int) -> Answer:
    """The beginning of a very long answer, as far as whole paragraphs go, and where the rest is."""
    rest = f"\n\n… the whole answer, {len(answer.text):,} characters, is in the file."
    beginning = split(answer.text, max(room - len(rest), 1))[0]
    return replace(answer, text=beginning + rest, whole=answer.text)


def work(project: str, branch: str, files: int) -> str:
    """`shop · main · ±3`: a project, its branch, and how many files are not committed."""
    names = [one_line(visible(name), NAME_IN_FOOTER) for name in (project, branch) if name]
    return " · ".join([*names, *([f"±{files}"] if files else [])])


def footer(usage: Usage, note: str = "", work_: str = "", before: float = 1.0) -> str:
    """`stopped · shop · main · ±3 · 2 min 30 s · 71 % context · model · $0.04`, as far as known.

    From 70 % on, each further tenth of the context says what to do about it; `before`: the share
    that was in use at the answer before.
    """
    context = None if usage.context is None else f"{percent(usage.context)} context"
    if usage.context is not None and _next_tenth(before, usage.context):
        context = f"{context}: /compact makes room"
    cost = f"${usage.cost:.2f}" if usage.cost else ""
    parts = (note, work_, duration(usage.seconds), context, usage.model, cost)
    return " · ".join(part for part in parts if part)


def _next_tenth(before: float, now: float) -> bool:
    """Whether one more tenth is full; what lies under 70 % needs no word."""
    return round(now * 100) >= NOTICED_FROM and round(now * 100) // 10 > round(before * 100) // 10


def percent(share: float) -> str:
    """`71 %`."""
    return f"{share:.0%}".replace("%", " %")


def filled(share: float) -> str:
    """How full the context was at the last answer, in a sentence; empty where that is not known."""
    return f"At the last answer {percent(share)} of the context was in use." if share else ""


def duration(seconds: float) -> str:
    """`8 s`, `2 min 30 s`, `1 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def day(at: float) -> str:
    """`12 Nov` in UTC; `at` in unix seconds."""
    return datetime.fromtimestamp(min(max(at, 0.0), FAR_FUTURE), UTC).strftime("%-d %b")


def clock(at: float) -> str:
    """`14:02 UTC`; `at` in unix seconds."""
    return datetime.fromtimestamp(min(max(at, 0.0), FAR_FUTURE), UTC).strftime("%H:%M UTC")


def moment(at: float) -> str:
    """`12 Nov, 14:02 UTC`; `at` in unix seconds."""
    return datetime.fromtimestamp(min(max(at, 0.0), FAR_FUTURE), UTC).strftime("%d %b, %H:%M UTC")


def paused(until: float, waiting: int) -> str:
    """The sentence that says when a usage limit ends, in UTC; `until` in unix seconds."""
    time = moment(until)
    return f"The usage limit is reached. Paused until {time}; {waiting} waiting, nothing is lost."


def standing_in(fallback: Fallback) -> str:
    """Which model answers, and until when; after that it is the next turn that goes back."""
    until = f"until {moment(fallback.until)}" if fallback.until else "this turn"
    return f"{fallback.model} answers {until}"


def standing(session: Session) -> str:
    """The state that a session is in, in a word."""
    turn = session.turn
    if session.away:
        return "away"
    if turn is not None and turn.stopping is not None:
        return "stopping"
    if turn is not None and session.approvals:
        return "asking"
    if turn is not None:
        return "waiting" if session.waiting else "working"
    if session.terminal is not None and session.terminal.begun:
        return "terminal"
    if session.leaving:
        return "leaving"
    if session.rewinding is not None:
        return "rewinding"
    if session.hold is not None:
        return "held"
    if session.paused_until is not None:
        return "paused"
    return "fallback" if session.stand_in else "idle"


def status(session: Session) -> str:
    """How the session stands, in a sentence or two."""
    turn = session.turn
    doing = "idle"
    if session.away:
        doing = "without its files"
    elif turn is not None:
        doing = "stopping" if turn.stopping else "working"
    elif session.terminal is not None:
        doing = "continued in a terminal"
    parts = [f"This session ({session.key}) is {doing}", f"{len(session.waiting)} waiting"]
    if session.approvals:
        parts.append(f"{len(session.approvals)} to be approved")
    if session.hold is not None:
        parts.append(f"held back by a budget: {session.hold.limit}")
    elif session.paused_until is not None:
        parts.append(paused(session.paused_until, len(session.waiting)).rstrip("."))
    if session.stand_in is not None:
        parts.append(f"{standing_in(session.stand_in)}, because of a usage limit")
    known = f" Conversation {session.resume.value[:8]}" if session.resume else ""
    topic = f" (“{session.topic}”)" if known and session.topic else ""
    end = f".{known}{topic}." if known else "."
    return f"{', '.join(parts)}. Turns so far: {session.turns}{end}"
