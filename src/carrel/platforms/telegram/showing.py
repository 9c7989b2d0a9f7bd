"""What is to be shown, as Telegram's HTML, buttons and files. Nothing is sent here."""

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
from carrel.platforms.telegram import markup
from carrel.platforms.telegram.asking import ASK
from carrel.platforms.telegram.wire import Upload, keyboard

TEXT = 2000
"""Characters of an answer. Telegram takes 4,096 units of UTF-16; an emoji is two of them."""

DETAIL = 3000
SHORT = 300
DATA = 64
"""Bytes that a button may carry."""

LABEL, ROW_WIDTH, BUTTONS = 60, 34, 100
SECOND_COPY = "<i>⚠️ This may be a duplicate.</i>\n"
SMALL = "⏳ "
"""What small print about a message that waits begins with."""

SIGNS: dict[MarkSign, str] = {
    "stored": "👀",
    "waiting": "😴",
    "working": "✍",
    "answered": "👌",
    "failed": "💔",
    "stopped": "🫡",
}
"""A bot may react with few emoji only: Telegram's list has no hourglass and no check mark."""

_TONES = {"info": "", "warning": "⚠️ ", "error": "❌ "}
_ACTIONS = {"running": "▸", "done": "✓", "failed": "✗"}
_STATES = {"asking": "waiting for you", "retrying": "waiting"}
_DECIDED = {"allowed": "✅ Allowed", "denied": "❌ Denied", "withdrawn": "🚫 Withdrawn"}
_ANSWERED = {"allowed": "✅ Answered"}
_PLANNED = {"allowed": "✅ Plan accepted", "denied": "📋 Planning goes on"}
_MISSED = {"answered": "✅ Being answered", "ignored": "🚫 Ignored"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message. With an upload the HTML is its caption, and is shorter."""

    html: str
    buttons: Any = None
    upload: Upload | None = None


def shown(body: Body, *, caption: bool = False) -> Shown:
    """The message that shows `body`; a File's own bytes are not in it.

    `caption`: it takes the place of one that came with a file, and has no more room.
    """
    offered = choices(body)
    upload = _upload(body)
    below = caption or upload is not None or isinstance(body, File)
    longest = markup.CAPTION if below else markup.TEXT
    written = "".join(f"\n{line}" for line in _written_out(offered))
    room = longest - len(SECOND_COPY) - markup.units(markup.plain(written))
    html = markup.fitted(_html(body, room), room)
    return Shown(html + written, _keyboard(offered), upload)


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


def _upload(body: Body) -> Upload | None:
    """What goes along as a file, because a message does not hold all of it."""
    match body:
        case Answer(whole=whole) if whole:
            return Upload("answer.md", whole.encode("utf-8", "replace"))
        case PlanCard(plan=plan, state="open") if markup.units(plan) > DETAIL:
            return Upload("plan.md", plan.encode("utf-8", "replace"))
        case ApprovalCard(detail=detail, state="open") if markup.units(detail) > DETAIL:
            return Upload("request.txt", detail.encode("utf-8", "replace"))
        case _:
            return None


def _html(body: Body, longest: int) -> str:
    match body:
        case Answer(text=text, footer=footer):
            return _answer(text, footer, longest)
        case Notice(text=text, tone=tone):
            return markup.rendered(f"{_TONES[tone]}{text}", longest)
        case Progress():
            return _progress(body)
        case ApprovalCard():
            return _approval(body, longest)
        case QuestionCard():
            return _question(body)
        case PlanCard():
            return _plan(body, longest)
        case MissedCard():
            return _missed(body)
        case Menu(text=text, calls=calls):
            named = " ".join(f'<a href="tg://user?id={int(one)}">📣</a>' for one in calls[:9])
            told = markup.rendered(text, longest - SHORT)
            return f"{named} {told}" if named else told
        case WaitingCard(text=text):
            return f"{SMALL}<i>{markup.words(text)}</i>"
        case File(name=name, caption=caption):
            return markup.rendered(caption, longest) if caption else _line(name, SHORT)
        case _:
            return ""


def _answer(text: str, footer: str, longest: int) -> str:
    """The footer is the first that goes where there is no room."""
    html = markup.rendered(markup.cut(text, longest), longest)
    small = f"\n\n<i>{_line(footer, SHORT)}</i>" if footer else ""
    fits = markup.units(markup.plain(html + small)) <= longest
    return html + small if fits else html


def _progress(card: Progress) -> str:
    head = f"<b>{_line(_STATES.get(card.state, card.state), SHORT)}</b>"
    lines = [" · ".join([head, *([f"step {card.step}"] if card.step else [])])]
    lines += [
        f"{_ACTIONS[one.state]} <b>{_line(one.tool, 80)}</b> {_line(one.summary, 120)}"
        for one in card.actions[-12:]
    ]
    if card.note and card.state != "asking":
        lines.append(f"<i>{_line(card.note, SHORT)}</i>")
    return "\n".join(lines)


def _approval(card: ApprovalCard, longest: int) -> str:
    title = f"🔐 <b>{_line(card.title, SHORT)}</b>"
    if card.state != "open":
        title = f"{_DECIDED[card.state]}{_by(card.by)}: {_line(card.title, SHORT)}"
    elif card.count > 1:
        title += f" ({card.count} identical requests)"
    language = "diff" if card.detail.startswith("--- ") else "bash" if card.tool == "Bash" else ""
    room = min(DETAIL, longest - 2 * SHORT)
    lines = [title, markup.code(markup.cut(card.detail, room), language)]
    if card.elsewhere:
        lines.append(f"<i>in {_line(card.elsewhere, SHORT)}</i>")
    return "\n".join(lines)


def _question(card: QuestionCard) -> str:
    """The question, what its options mean, and what was answered so far."""
    number = f" ({card.step} of {card.steps})" if card.steps > 1 else ""
    many = " Several may be chosen." if card.question.many else ""
    title = f"❓ <b>{_line(card.question.text, 600)}</b>{number}{many}"
    if card.state != "open":
        title = f"{_ANSWERED.get(card.state, _DECIDED[card.state])}{_by(card.by)}"
    given = [f"{_line(q, 150)}\n<b>{_line(a, 150)}</b>" for q, a in card.answers[-4:]]
    options = card.question.options if card.state == "open" else ()
    meant = [
        f"<b>{_line(one.label, 60)}</b>: {_line(one.description, 120)}"
        for one in options[:8]
        if one.description
    ]
    return "\n\n".join(filter(None, [title, "\n".join(given), "\n".join(meant)]))


def _plan(card: PlanCard, longest: int) -> str:
    title = "📋 <b>A plan, before anything is changed</b>"
    if card.state != "open":
        title = f"{_PLANNED.get(card.state, _DECIDED[card.state])}{_by(card.by)}"
    room = min(DETAIL, longest - SHORT)
    plan = markup.rendered(markup.cut(card.plan, room), room) if card.plan else ""
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


def _keyboard(offered: Sequence[Choice]) -> Any:
    """Rows no wider than a phone. None takes the buttons of an earlier body away."""
    rows = [[(_label(one), data(one)) for one in row] for row in _rows(offered)]
    return keyboard(rows) if rows else None


def _rows(offered: Sequence[Choice]) -> Iterator[list[Choice]]:
    carried = [one for one in offered if carries(one)][:BUTTONS]
    for _, group in groupby(carried, lambda one: one.row):
        row: list[Choice] = []
        for one in group:
            if row and sum(len(each.label) + 4 for each in (*row, one)) > ROW_WIDTH:
                yield row
                row = []
            row.append(one)
        yield row


def _label(choice: Choice) -> str:
    return markup.sound(markup.cut(choice.label, LABEL)).strip() or markup.CUT


def data(choice: Choice) -> str:
    """What a button carries: its command, after a mark where it asks for words first."""
    return f"{ASK if choice.ask else ''}{choice.command}"


def carries(choice: Choice) -> bool:
    """Whether a button can carry the command."""
    return len(data(choice).encode("utf-8", "replace")) <= DATA


def _written_out(offered: Sequence[Choice]) -> Iterator[str]:
    """Commands that no button can carry, to be copied with a touch, as far as there is room."""
    for one in [one for one in offered if not carries(one)][:2]:
        if len(one.command) < SHORT // 3:
            yield f"{_line(one.label, 30)}: <code>{markup.words(one.command)}</code>"
