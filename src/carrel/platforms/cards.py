"""Cards as every network shows them: the same words, each written with the network's own pen."""

from __future__ import annotations

from typing import Protocol

from carrel.core.choices import Choice
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    Menu,
    MissedCard,
    PlanCard,
    Progress,
    QuestionCard,
)

ASK = "?"
"""What a button carries begins so where it asks for words first."""

SMALL = "⏳ "
"""What small print about a message that waits begins with."""

SHORT = 300
"""Characters of a line."""

TONES = {"info": "", "warning": "⚠️ ", "error": "❌ "}
ACTIONS = {"running": "▸", "done": "✓", "failed": "✗"}
STATES = {"asking": "waiting for you", "retrying": "waiting"}
DECIDED = {"allowed": "✅ Allowed", "denied": "❌ Denied", "withdrawn": "🚫 Withdrawn"}
ANSWERED = DECIDED | {"allowed": "✅ Answered"}
PLANNED = DECIDED | {"allowed": "✅ Plan accepted", "denied": "📋 Planning goes on"}
MISSED = {"answered": "✅ Being answered", "ignored": "🚫 Ignored"}

PLAN = "A plan, before anything is changed"

WithText = Progress | ApprovalCard | QuestionCard | PlanCard | MissedCard


class Pen(Protocol):
    """How one message is written. `bold` and `small` take what is written already."""

    def bold(self, written: str) -> str:
        """Strong."""
        ...

    def small(self, written: str) -> str:
        """By the way."""
        ...

    def line(self, text: str, longest: int) -> str:
        """`text` as it is, on one line, cut to so many of the network's characters."""
        ...

    def code(self, text: str, language: str) -> str:
        """As much of `text` as there is room for, as a block."""
        ...

    def rendered(self, markdown: str) -> str:
        """As much of it as there is room for."""
        ...


def is_silent(body: Body) -> bool:
    """Whether no phone shall ring: it does for answers, and for what waits for a person."""
    match body:
        case Answer():
            return False
        case Menu(reply_to=reply_to):
            return reply_to is not None
        case ApprovalCard() | QuestionCard() | PlanCard() | MissedCard():
            return body.state != "open"
        case _:
            return True


def command_of(choice: Choice) -> str:
    """What a button carries: its command, after a mark where it asks for words first."""
    return f"{ASK if choice.ask else ''}{choice.command}"


def attached(body: Body) -> tuple[str, str]:
    """The name and the text of the file in which all of it is, if a message does not hold it."""
    match body:
        case Answer(whole=whole):
            return "answer.md", whole
        case PlanCard(plan=plan, state="open"):
            return "plan.md", plan
        case ApprovalCard(detail=detail, state="open"):
            return "request.txt", detail
        case _:
            return "", ""


def drawn(card: WithText, pen: Pen) -> str:
    """The text of a card."""
    match card:
        case Progress():
            return _progress(card, pen)
        case ApprovalCard():
            return _approval(card, pen)
        case QuestionCard():
            return _question(card, pen)
        case PlanCard():
            return _plan(card, pen)
        case MissedCard():
            return _missed(card, pen)


def _progress(card: Progress, pen: Pen) -> str:
    head = pen.bold(pen.line(STATES.get(card.state, card.state), SHORT))
    lines = [" · ".join([head, *([f"step {card.step}"] if card.step else [])])]
    lines += [
        f"{ACTIONS[one.state]} {pen.bold(pen.line(one.tool, 80))} {pen.line(one.summary, 120)}"
        for one in card.actions[-12:]
    ]
    if card.note and card.state != "asking":
        lines.append(pen.small(pen.line(card.note, SHORT)))
    return "\n".join(lines)


def _approval(card: ApprovalCard, pen: Pen) -> str:
    title = f"🔐 {pen.bold(pen.line(card.title, SHORT))}"
    if card.state != "open":
        title = f"{DECIDED[card.state]}{_by(card.by, pen)}: {pen.line(card.title, SHORT)}"
    elif card.count > 1:
        title += f" ({card.count} identical requests)"
    lines = [title, pen.code(card.detail, language_of(card))]
    if card.elsewhere:
        lines.append(pen.small(f"in {pen.line(card.elsewhere, SHORT)}"))
    return "\n".join(lines)


def language_of(card: ApprovalCard) -> str:
    """What its detail is written in, where that is known."""
    return "diff" if card.detail.startswith("--- ") else "bash" if card.tool == "Bash" else ""


def _question(card: QuestionCard, pen: Pen) -> str:
    """The question, what its options mean, and what was answered so far."""
    number = f" ({card.step} of {card.steps})" if card.steps > 1 else ""
    many = " Several may be chosen." if card.question.many else ""
    title = f"❓ {pen.bold(pen.line(card.question.text, 600))}{number}{many}"
    if card.state != "open":
        title = f"{ANSWERED[card.state]}{_by(card.by, pen)}"
    given = [f"{pen.line(q, 150)}\n{pen.bold(pen.line(a, 150))}" for q, a in card.answers[-4:]]
    options = card.question.options if card.state == "open" else ()
    meant = [
        f"{pen.bold(pen.line(one.label, 60))}: {pen.line(one.description, 120)}"
        for one in options[:8]
        if one.description
    ]
    return "\n\n".join(filter(None, [title, "\n".join(given), "\n".join(meant)]))


def _plan(card: PlanCard, pen: Pen) -> str:
    title = f"📋 {pen.bold(PLAN)}"
    if card.state != "open":
        title = f"{PLANNED[card.state]}{_by(card.by, pen)}"
    return "\n\n".join(filter(None, [title, pen.rendered(card.plan) if card.plan else ""]))


def _missed(card: MissedCard, pen: Pen) -> str:
    many = so_many(card.count)
    if card.state != "open":
        return f"{MISSED[card.state]}{_by(card.by, pen)}: {many} missed while nobody listened."
    return f"{many} came while nobody listened."


def so_many(count: int) -> str:
    """Messages, counted."""
    return "1 message" if count == 1 else f"{count} messages"


def _by(name: str, pen: Pen) -> str:
    return f" by {pen.line(name, 80)}" if name else ""
