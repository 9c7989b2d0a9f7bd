"""What is to be shown, as Discord's JSON. Nothing is sent here."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
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
from carrel.platforms.answering import wanted
from carrel.platforms.cards import (
    ACTIONS,
    ANSWERED,
    DECIDED,
    MISSED,
    PLAN,
    PLANNED,
    STATES,
    TONES,
    language_of,
    so_many,
)  # fmt: skip
from carrel.platforms.discord.wire import Payload, Upload

TEXT = 2000
"""Characters of a message."""

EMBED = 4000
LABEL, COMMAND = 80, 100
LABEL_OF_FIELD = 45
ROW, ROWS, OPTIONS = 5, 5, 25
NONCE_BYTES = 18
SILENT = 1 << 12

ACTION_ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
STYLES = {"plain": 2, "good": 3, "bad": 4}
PARAGRAPH = 2
ASK = "ask "
"""A button whose custom id begins so asks for a text first."""

GREEN, RED, AMBER, GREY = 0x3BA55D, 0xD83C3E, 0xF0B232, 0x80848E

SIGNS: dict[MarkSign, str] = {
    "stored": "👀",
    "waiting": "⏳",
    "working": "🧠",
    "answered": "✅",
    "failed": "❌",
    "stopped": "⏹️",
}
CUT = "…"
_FENCE = re.compile("`{3,}")
_COLORS = {"open": AMBER, "allowed": GREEN, "denied": RED, "withdrawn": GREY}


def nonce(name: str) -> str:
    """Discord's nonce of an Outbound: at most 25 characters, the same for every try."""
    digest = hashlib.sha256(name.encode()).digest()[:NONCE_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


def message(body: Body) -> dict[str, Any]:
    """The message that shows `body`: its content, its embed, its buttons.

    No mention pings, but for those whom Carrel itself calls.
    """
    called = {"users": list(body.calls)} if isinstance(body, Menu) and body.calls else {}
    return {
        "content": "",
        "embeds": [],
        "allowed_mentions": {"parse": [], "replied_user": False, **called},
        "components": components(choices(body)),
        **_shown(body),
    }


def uploads(body: Body) -> tuple[Upload, ...]:
    """What goes along as a file, of what is in memory already."""
    match body:
        case Answer(whole=whole) if whole:
            return (Upload("answer.md", whole.encode()),)
        case PlanCard(plan=plan, state="open") if len(plan) > EMBED:
            return (Upload("plan.md", plan.encode()),)
        case ApprovalCard(detail=detail, state="open") if _detail(body).endswith(f"{CUT}\n```"):
            return (Upload("request.txt", detail.encode()),)
        case _:
            return ()


def _shown(body: Body) -> dict[str, Any]:
    match body:
        case Answer(text=text, footer=footer):
            return {"content": _cut(f"{text}\n-# {footer}" if footer else text, TEXT)}
        case Notice(text=text, tone=tone):
            return {"content": _cut(f"{TONES[tone]}{text}", TEXT)}
        case Progress():
            return {"embeds": [_progress(body)]}
        case ApprovalCard():
            return _approval(body)
        case QuestionCard():
            return _question(body)
        case PlanCard():
            return _plan(body)
        case MissedCard():
            return {"content": _cut(_missed(body), TEXT)}
        case Menu(text=text, calls=calls):
            return {"content": _cut(" ".join([*(f"<@{one}>" for one in calls), text]), TEXT)}
        case WaitingCard(text=text):
            return {"content": f"-# {text}"}
        case File(name=name, caption=caption):
            return {"content": _cut(caption or _plain(name), TEXT)}
        case _:
            return {}


def _progress(card: Progress) -> dict[str, Any]:
    head = [f"**{STATES.get(card.state, card.state)}**"]
    head += [f"<t:{int(card.started_at)}:R>"] if card.started_at else []
    head += [f"step {card.step}"] if card.step else []
    actions = [f"{ACTIONS[a.state]} **{_plain(a.tool)}** {_plain(a.summary)}" for a in card.actions]
    note = [f"*{_plain(card.note)}*"] if card.note and card.state != "asking" else []
    return {"description": _cut("\n".join([" · ".join(head), *actions, *note]), EMBED)}


def _approval(card: ApprovalCard) -> dict[str, Any]:
    """The headline stands in the content, for that is what a phone shows of it."""
    title = f"🔐 **{_cut(_plain(card.title), TEXT - LABEL)}**"
    if card.state != "open":
        by = f" by {_plain(card.by)}" if card.by else ""
        title = f"{DECIDED[card.state]}{by}: {_plain(card.title)}"
    elif card.count > 1:
        title += f" ({card.count} identical requests)"
    embed: dict[str, Any] = {
        "description": _detail(card),
        "color": _COLORS[card.state],
    }
    if card.elsewhere:
        embed["footer"] = {"text": _cut(f"in {card.elsewhere}", TEXT)}
    return {"content": _cut(title, TEXT), "embeds": [embed]}


def _question(card: QuestionCard) -> dict[str, Any]:
    """The question in the content, what its options mean and what was answered in the embed."""
    number = f" ({card.step} of {card.steps})" if card.steps > 1 else ""
    many = " Several may be chosen." if card.question.many else ""
    title = f"❓ **{_cut(_plain(card.question.text), TEXT - LABEL)}**{number}{many}"
    if card.state != "open":
        by = f" by {_plain(card.by)}" if card.by else ""
        title = f"{ANSWERED[card.state]}{by}"
    given = [f"{_plain(text)}\n**{_plain(answer)}**" for text, answer in card.answers]
    options = card.question.options if card.state == "open" else ()
    meant = [f"**{_plain(o.label)}**: {_plain(o.description)}" for o in options if o.description]
    text = "\n\n".join(filter(None, ["\n".join(given), "\n".join(meant)]))
    embed = {"description": _cut(text, EMBED), "color": _COLORS[card.state]}
    return {"content": _cut(title, TEXT), "embeds": [embed] if text else []}


def _plan(card: PlanCard) -> dict[str, Any]:
    by = f" by {_plain(card.by)}" if card.by else ""
    title = f"📋 **{PLAN}**"
    if card.state != "open":
        title = f"{PLANNED[card.state]}{by}"
    embed = {"description": _cut(card.plan, EMBED), "color": _COLORS[card.state]}
    return {"content": _cut(title, TEXT), "embeds": [embed] if card.plan else []}


def _detail(card: ApprovalCard) -> str:
    return fenced(card.detail, language_of(card), EMBED)


def _missed(card: MissedCard) -> str:
    if card.state != "open":
        by = f" by {_plain(card.by)}" if card.by else ""
        return f"{MISSED[card.state]}{by}: {so_many(card.count)} missed while nobody listened."
    since = f", the first <t:{int(card.oldest)}:R>" if card.oldest else ""
    return f"{so_many(card.count)} came while nobody listened{since}."


def fenced(text: str, kind: str, longest: int) -> str:
    """`text` as a code block that it cannot end, cut to `longest` characters."""
    inert = _FENCE.sub(lambda run: "\u200b".join(run.group()), text)
    return f"```{kind}\n{_cut(inert, longest - 2 * len('```') - len(kind) - 2)}\n```"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}{CUT}"


def _plain(text: str) -> str:
    """`text` on one line, with what Discord would take for markup written out."""
    line = " ".join(text.split())
    written = "".join(f"\\{c}" if c in "\\*_~`|>[]<#@" else c for c in line)
    return written.replace("://", "\\://")


# Buttons and selects.


def components(offered: Sequence[Choice]) -> list[dict[str, Any]]:
    """Up to five choices of a row as buttons, more as a select. The custom id is the command."""
    rows = (list(row) for _, row in groupby(offered, lambda choice: choice.row))
    return [{"type": ACTION_ROW, "components": _row(row)} for row in rows]


def _row(offered: Sequence[Choice]) -> list[dict[str, Any]]:
    if len(offered) <= ROW:
        return [_button(choice) for choice in offered]
    return [_select(offered[:OPTIONS])]


def _button(choice: Choice) -> dict[str, Any]:
    return {
        "type": BUTTON,
        "style": STYLES[choice.weight],
        "label": choice.label[:LABEL],
        "custom_id": f"{ASK if choice.ask else ''}{choice.command}"[:COMMAND],
    }


def _select(offered: Iterable[Choice]) -> dict[str, Any]:
    options = [{"label": c.label[:LABEL], "value": c.command[:COMMAND]} for c in offered]
    return {"type": SELECT, "custom_id": "choose", "options": options}


def modal(command: str) -> Payload:
    """The form that asks for the words that go with a command; its custom id is the command."""
    field = {
        "type": TEXT_INPUT,
        "custom_id": "words",
        "label": wanted(command)[:LABEL_OF_FIELD],
        "style": PARAGRAPH,
        "max_length": 1000,
        "required": False,
    }
    row = {"type": ACTION_ROW, "components": [field]}
    return {"custom_id": command[:COMMAND], "title": "In your words", "components": [row]}
