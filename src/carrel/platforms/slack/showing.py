"""What is to be shown, as Slack's mrkdwn, blocks and files. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from carrel.core.choices import Choice, choices
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    Body,
    File,
    MarkSign,
    Menu,
    MissedCard,
    Notice,
    PlanCard,
    Progress,
    QuestionCard,
    WaitingCard,
)
from carrel.platforms.slack import markup
from carrel.platforms.slack.wire import Upload

TEXT = 2400
"""Characters of an answer. Escaped, each may be five: no answer is ever cut."""

ESCAPED = 5 * TEXT + 500
EDITED = 4000
"""Characters of a text that can be edited: chat.update takes no more."""

SECTION = 3000
DETAIL, SHORT = 2600, 300
VALUE, LABEL, BUTTONS, ROW = 2000, 75, 100, 25
ASK = "?"
"""A button whose value begins so asks for words first."""

SMALL = "⏳ "
"""What small print about a message that waits begins with."""

SIGNS: dict[MarkSign, str] = {
    "stored": "eyes",
    "waiting": "hourglass_flowing_sand",
    "working": "gear",
    "answered": "white_check_mark",
    "failed": "x",
    "stopped": "octagonal_sign",
}

_TONES = {"info": "", "warning": "⚠️ ", "error": "❌ "}
_ACTIONS = {"running": "▸", "done": "✓", "failed": "✗"}
_STATES = {"asking": "waiting for you", "retrying": "waiting"}
_DECIDED = {"allowed": "✅ Allowed", "denied": "❌ Denied", "withdrawn": "🚫 Withdrawn"}
_ANSWERED = {"allowed": "✅ Answered"}
_PLANNED = {"allowed": "✅ Plan accepted", "denied": "📋 Planning goes on"}
_MISSED = {"answered": "✅ Being answered", "ignored": "🚫 Ignored"}
_STYLES = {"good": {"style": "primary"}, "bad": {"style": "danger"}, "plain": {}}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message: its text, which phones show too, and its blocks where it has buttons."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    upload: Upload | None = None

    @property
    def payload(self) -> dict[str, Any]:
        """As the methods take it. No blocks takes those of an earlier body away."""
        return {"text": self.text, "blocks": list(self.blocks)}


def shown(body: Body) -> Shown:
    """The message that shows `body`; a File's own bytes are not in it."""
    if isinstance(body, Answer):
        return Shown(_answer(body), (), _upload(body))
    offered = choices(body)
    written = "".join(f"\n{line}" for line in _written_out(offered))
    text = _text(body, EDITED - SHORT) + written
    if len(text) > EDITED:
        text = markup.fitted(markup.unescaped(text), EDITED)
    rows = tuple(_actions(offered))
    sections = (_section(part) for part in markup.parts(text, SECTION)) if rows else ()
    return Shown(text, (*sections, *rows), _upload(body))


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _upload(body: Body) -> Upload | None:
    """What goes along as a file, because a message does not hold all of it."""
    match body:
        case Answer(whole=whole) if whole:
            return Upload("answer.md", whole.encode("utf-8", "replace"))
        case PlanCard(plan=plan, state="open") if len(plan) > DETAIL:
            return Upload("plan.md", plan.encode("utf-8", "replace"))
        case ApprovalCard(detail=detail, state="open") if len(detail) > DETAIL:
            return Upload("request.txt", detail.encode("utf-8", "replace"))
        case _:
            return None


def _answer(answer: Answer) -> str:
    """All of it, and its small print below."""
    small = f"\n\n_{_line(answer.footer, SHORT)}_" if answer.footer else ""
    return markup.rendered(answer.text, ESCAPED) + small


def _text(body: Body, longest: int) -> str:
    match body:
        case Notice(text=text, tone=tone):
            return markup.rendered(f"{_TONES[tone]}{text}", longest)
        case Progress():
            return _progress(body)
        case ApprovalCard():
            return _approval(body)
        case QuestionCard():
            return _question(body)
        case PlanCard():
            return _plan(body)
        case MissedCard():
            return _missed(body)
        case Menu(text=text, calls=calls):
            named = " ".join(f"<@{one}>" for one in calls[:9] if one.isalnum())
            told = markup.rendered(text, longest - SHORT)
            return f"{named} {told}" if named else told
        case WaitingCard(text=text):
            return f"{SMALL}_{markup.words(text)}_"
        case File(name=name, caption=caption):
            return markup.rendered(caption, longest) if caption else _line(name, SHORT)
        case _:
            return ""


def _progress(card: Progress) -> str:
    head = f"*{_line(_STATES.get(card.state, card.state), SHORT)}*"
    lines = [" · ".join([head, *([f"step {card.step}"] if card.step else [])])]
    lines += [
        f"{_ACTIONS[one.state]} *{_line(one.tool, 80)}* {_line(one.summary, 120)}"
        for one in card.actions[-12:]
    ]
    if card.note and card.state != "asking":
        lines.append(f"_{_line(card.note, SHORT)}_")
    return "\n".join(lines)


def _approval(card: ApprovalCard) -> str:
    title = f"🔐 *{_line(card.title, SHORT)}*"
    if card.state != "open":
        title = f"{_DECIDED[card.state]}{_by(card.by)}: {_line(card.title, SHORT)}"
    elif card.count > 1:
        title += f" ({card.count} identical requests)"
    lines = [title, _code(card.detail)]
    if card.elsewhere:
        lines.append(f"_in {_line(card.elsewhere, SHORT)}_")
    return "\n".join(lines)


def _code(detail: str) -> str:
    """As much of it as fits: a sign that must be escaped is longer than it is."""
    room = DETAIL
    while len(made := markup.code(markup.cut(detail, room))) > DETAIL + SHORT:
        room = room * DETAIL // len(made)
    return made


def _question(card: QuestionCard) -> str:
    """The question, what its options mean, and what was answered so far."""
    number = f" ({card.step} of {card.steps})" if card.steps > 1 else ""
    many = " Several may be chosen." if card.question.many else ""
    title = f"❓ *{_line(card.question.text, 600)}*{number}{many}"
    if card.state != "open":
        title = f"{_ANSWERED.get(card.state, _DECIDED[card.state])}{_by(card.by)}"
    given = [f"{_line(q, 150)}\n*{_line(a, 150)}*" for q, a in card.answers[-4:]]
    options = card.question.options if card.state == "open" else ()
    meant = [
        f"*{_line(one.label, 60)}*: {_line(one.description, 120)}"
        for one in options[:8]
        if one.description
    ]
    return "\n\n".join(filter(None, [title, "\n".join(given), "\n".join(meant)]))


def _plan(card: PlanCard) -> str:
    title = "📋 *A plan, before anything is changed*"
    if card.state != "open":
        title = f"{_PLANNED.get(card.state, _DECIDED[card.state])}{_by(card.by)}"
    plan = markup.rendered(markup.cut(card.plan, DETAIL), DETAIL + SHORT) if card.plan else ""
    return "\n\n".join(filter(None, [title, plan]))


def _missed(card: MissedCard) -> str:
    many = "1 message" if card.count == 1 else f"{card.count} messages"
    if card.state != "open":
        return f"{_MISSED[card.state]}{_by(card.by)}: {many} missed while nobody listened."
    return f"{many} came while nobody listened."


def _by(name: str) -> str:
    return f" by {_line(name, 80)}" if name else ""


def _line(text: str, longest: int) -> str:
    return markup.line(markup.cut(text, longest))


# Buttons.


def _actions(offered: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    """A block for each row; every button has a name of its own in the message."""
    carried = [one for one in offered if carries(one)][:BUTTONS]
    numbered = enumerate(carried)
    for _, group in groupby(numbered, lambda one: one[1].row):
        row = [_button(number, choice) for number, choice in group]
        for at in range(0, len(row), ROW):
            yield {"type": "actions", "elements": row[at : at + ROW]}


def _button(number: int, choice: Choice) -> dict[str, Any]:
    label = markup.sound(markup.cut(choice.label, LABEL)).strip() or markup.CUT
    return {
        "type": "button",
        "action_id": f"choice.{number}",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": value(choice),
        **_STYLES[choice.weight],
    }


def value(choice: Choice) -> str:
    """What a button carries: its command, after a mark where it asks for words first."""
    return f"{ASK if choice.ask else ''}{choice.command}"


def carries(choice: Choice) -> bool:
    """Whether a button can carry the command."""
    return len(value(choice)) <= VALUE


def _written_out(offered: Sequence[Choice]) -> Iterator[str]:
    """Commands that no button can carry, to be copied, as far as there is room."""
    for one in [one for one in offered if not carries(one)][:2]:
        yield f"{_line(one.label, 30)}: `{_line(one.command, SHORT // 3)}`"
