"""What a conversation shows, as pieces of HTML that carry their own ids."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import assert_never

from jinja2 import Environment, PackageLoader
from jinja2.environment import TemplateModule
from markupsafe import Markup

from carrel.core import commands
from carrel.core.choices import choices
from carrel.core.messages import (
    Answer,
    ApprovalCard,
    File,
    Gone,
    Inbound,
    Mark,
    MarkSign,
    Menu,
    MissedCard,
    Notice,
    Outbound,
    PlanCard,
    Progress,
    QuestionCard,
    WaitingCard,
)
from carrel.core.model import MessageId
from carrel.core.view import duration
from carrel.platforms.console import Item
from carrel.ports.clock import Clock
from carrel.ports.store import MessageState, Shown
from carrel.web.desk_names import title
from carrel.web.markdown import MOST_DIFF, Markdown, code_block

_REMEMBERED = 256
_LONGEST_REMEMBERED = 20_000
_SIGNS: dict[MessageState, MarkSign] = {
    "queued": "waiting",
    "running": "working",
    "done": "answered",
    "stopped": "stopped",
    "superseded": "stopped",
    "failed": "failed",
    "held": "waiting",
}


@dataclass(frozen=True, slots=True)
class Fragment:
    """`html` for the element `id`; empty: the element goes.

    `new`: it may be added where it is not there yet; otherwise it only replaces. `last`: it
    stays below everything else.
    """

    id: str
    html: str
    new: bool = True
    last: bool = False


def dom_id(nonce: str, prefix: str = "n") -> str:
    """The id of the element that shows `nonce`."""
    return prefix + hashlib.sha256(nonce.encode()).hexdigest()[:20]


@cache
def environment() -> Environment:
    """The templates, escaping everything; each is compiled once."""
    env = Environment(
        loader=PackageLoader("carrel.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["title"] = title
    env.filters["size"] = size
    env.filters["duration"] = duration
    env.filters["utc"] = utc
    return env


def utc(at: float) -> str:
    """`30 Nov 2026, 09:00 UTC`; `at` in unix seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y, %H:%M UTC")


class Fragments:
    """Turns what is shown into HTML. Safe for threads."""

    def __init__(self, env: Environment, clock: Clock) -> None:
        self._env = env
        self._clock = clock
        self._markdown = Markdown()
        self._remembered = lru_cache(_REMEMBERED)(self._markdown.render)

    def of(self, item: Item) -> Fragment:
        """The piece for something that happens now."""
        shown = Shown(self._clock.now(), item if isinstance(item, Inbound) else None)
        return self._of(shown if shown.inbound else replace(shown, outbound=_outbound(item)))

    def log(self, history: tuple[Shown, ...], cards: tuple[Outbound, ...]) -> Markup:
        """All pieces of a conversation, oldest first, running progress cards last."""
        live = {card.nonce: self.of(card) for card in cards}
        pieces = [self._of(shown) for shown in history if _name(shown) not in live]
        pieces = [p for p in pieces if not p.last] + [p for p in pieces if p.last]
        html = "".join(piece.html for piece in (*pieces, *live.values()))
        return Markup(html)  # noqa: S704 - made of rendered templates

    def _of(self, shown: Shown) -> Fragment:
        if shown.inbound is not None:
            return self._said(shown.inbound, shown)
        return self._shown(_outbound(shown.outbound), shown.at)

    def _said(self, inbound: Inbound, shown: Shown) -> Fragment:
        id_, words = dom_id(inbound.message_id), dom_id(inbound.message_id, "b")
        if inbound.edited and shown.state is None:  # it happens now, to what stands there
            return Fragment(words, self._html("bubble", words, inbound), new=False)
        command = shown.state == "command" or commands.find(inbound.text) is not None
        sign = _SIGNS.get(shown.state or "command", "stored")
        html = self._html(
            "said",
            id=id_,
            inbound=inbound,
            command=command,
            sign=sign,
            at=shown.at,
            receipt=_receipt_id(inbound.message_id),
            words=words,
        )
        return Fragment(id_, html)

    def _shown(self, outbound: Outbound, at: float) -> Fragment:
        id_, body = dom_id(outbound.nonce), outbound.body
        match body:
            case Answer(text=text):
                return Fragment(id_, self._html("answer", id_, body, self._text(text), at))
            case Notice():
                return Fragment(id_, self._html("notice", id_, body, at))
            case Progress():
                elapsed = max(0.0, self._clock.now() - body.started_at) if body.started_at else 0.0
                return Fragment(id_, self._html("progress", id_, body, elapsed), last=True)
            case ApprovalCard():
                offered = choices(body)
                return Fragment(id_, self._html("approval", id_, body, *_asked(body), offered))
            case QuestionCard():
                return Fragment(id_, self._html("question", id_, body, choices(body)))
            case PlanCard():
                plan = self._text(body.plan)
                return Fragment(id_, self._html("plan", id_, body, plan, choices(body)))
            case MissedCard():
                return Fragment(id_, self._html("missed", id_, body, choices(body)))
            case Menu():
                return Fragment(
                    id_, self._html("menu", id_, self._text(body.text), body, choices(body))
                )
            case WaitingCard():
                return Fragment(id_, self._html("waiting", id_, body, choices(body)))
            case File():
                return Fragment(id_, self._html("file", id_, body, outbound.conversation.channel))
            case Mark(message=message, sign=sign):
                receipt = _receipt_id(message)
                return Fragment(receipt, self._html("mark", receipt, sign), new=False)
            case Gone():
                return Fragment(id_, "", new=False)
            case _:
                assert_never(body)

    def _text(self, text: str) -> Markup:
        long = len(text) > _LONGEST_REMEMBERED
        return self._markdown.render(text) if long else self._remembered(text)

    def _html(self, macro: str, *args: object, **named: object) -> str:
        module: TemplateModule = self._env.get_template("items.html").module
        return str(getattr(module, macro)(*args, **named)).strip()


def appended(before: Progress | None, after: Progress) -> str | None:
    """The text that was added at the end, if nothing else changed; else None."""
    if before is None or not after.text.startswith(before.text):
        return None
    same = replace(before, text="") == replace(after, text="")
    return after.text[len(before.text) :] if same else None


def size(count: int) -> str:
    """`812 B`, `4.2 kB`, `25 MB`: thousands, as people count."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - three digits fit
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"


def _name(shown: Shown) -> str:
    return shown.outbound.nonce if shown.outbound is not None else ""


def _outbound(item: Item | None) -> Outbound:
    if not isinstance(item, Outbound):
        raise TypeError("neither said nor shown")
    return item


def _receipt_id(message: MessageId) -> str:
    return dom_id(message, "r")


def _asked(card: ApprovalCard) -> tuple[Markup, str]:
    """What is to be done, and where, if that is not the session's own work folder."""
    diff = any(line.startswith("@@") for line in card.detail.splitlines())
    html = code_block(card.detail.strip("\n"), "diff" if diff else "", card.tool, MOST_DIFF)
    return Markup(html), card.elsewhere  # noqa: S704 - escaped there
