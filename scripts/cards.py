"""Draws what people see on Discord: the messages of a small played conversation, as a picture.

What is said is made by `core.view`, `core.approvals` and `platforms.discord.showing`, as in the
gateway; only the looks are ours, in cards.html. `pictures.py` runs it.
"""
# ruff: noqa: INP001 - a script, no part of a package

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from carrel.core import approvals, view
from carrel.core.events import ToolEnded, ToolStarted
from carrel.core.messages import Answer, ApprovalCard, Body, MarkSign, MissedCard, Progress
from carrel.core.model import Approval, SessionKey, TurnId, Usage
from carrel.core.names import folder_name
from carrel.platforms.discord import showing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOOK: dict[str, Any] = {"viewport": {"width": 420, "height": 600}, "device_scale_factor": 2}

KEY = SessionKey("discord:1184093318041702410")
TURN = TurnId(f"{KEY}#7")
FOLDER = f"/home/you/.carrel/sessions/{folder_name(KEY)}/work"
BEGAN = 1_780_000_000.0
NOW = BEGAN + 8
HOUR = 3600

ASKED = "Sort the scans of May. Is one missing?"
COMMAND = {
    "description": "Sort the scans",
    "command": "mkdir -p 2026/05\nmv scans/2026-05-*.pdf 2026/05/",
}
ANSWER = """23 scans are in `2026/05` now. By the index, **two are missing**:

* 11 May, the bakery
* 19 May, the train to Graz"""

SMALL = re.compile(r"^-# (.*)$", re.MULTILINE)
WHEN = re.compile(r"&lt;t:(\d+):R&gt;")

EMOJI = {"👀": "eyes", "🧠": "brain", "✅": "tick", "🔐": "lock"}
"""Drawn in cards.html: not every machine has a font for them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is drawn. `payload` is Discord's JSON; `signs` are the receipts on it."""

    by: str
    payload: Mapping[str, Any]
    signs: tuple[str, ...] = ()
    replies_to: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """The conversation, or its end, as it stands `at` some time of the day."""

    caption: str
    at: str
    said: tuple[Said, ...]


def moments() -> Iterator[Moment]:
    """One turn from its message to its answer, and the card about what was missed."""
    asked = approvals.request(TURN, 1, "Bash", COMMAND, FOLDER)
    card = _worked()
    yield Moment("It is stored", "09:14", (_ada("stored"),))
    yield Moment("The agent is at it", "09:14", (_ada("working"), _carrel(card)))
    yield Moment("It asks first", "09:14", (_carrel(_request(asked)),))
    answer = Answer(ANSWER, view.footer(Usage(seconds=41, cost=0.06, context=0.12, model="sonnet")))
    decided = replace(_request(asked), state="allowed", by="ada")
    yield Moment(
        "It is answered",
        "09:14",
        (_ada("answered"), _carrel(decided), replace(_carrel(answer), replies_to=ASKED)),
    )
    yield Moment(
        "The machine was off for a night", "08:02", (_carrel(MissedCard(3, NOW - 9 * HOUR)),)
    )


def _ada(sign: MarkSign) -> Said:
    return Said("ada", {"content": ASKED}, (showing.SIGNS[sign],))


def _carrel(body: Body) -> Said:
    return Said("Carrel", showing.message(body))


def _request(asked: Approval) -> ApprovalCard:
    return ApprovalCard(asked.id, asked.tool, asked.title, asked.detail, asked.folder)


def _worked() -> Progress:
    """The progress card of a turn that has read twice, and wants to run a command."""
    card = Progress(TURN, started_at=BEGAN)
    for event in (
        ToolStarted(TURN, "1", "Glob", "scans/2026-05-*.pdf"),
        ToolEnded(TURN, "1", ok=True),
        ToolStarted(TURN, "2", "Read", "index.csv"),
        ToolEnded(TURN, "2", ok=True),
        ToolStarted(TURN, "3", "Bash", "Sort the scans"),
    ):
        card = view.fold(card, event)
    return card


def html() -> str:
    """The page that is photographed. It loads nothing."""
    env = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    env.filters |= {"markdown": markdown, "emoji": emoji, "color": "#{:06x}".format}
    return env.get_template("cards.html").render(moments=tuple(moments()))


def markdown(text: str) -> Markup:
    """Discord's Markdown as far as the messages use it."""
    commonmark = MarkdownIt("commonmark", {"html": False, "breaks": True})
    whole, small = SMALL.split(text)[::2], SMALL.split(text)[1::2]
    parts = [commonmark.render(one) for one in whole]
    parts += [f"<p class='small'>{escape(one)}</p>" for one in small]
    made = WHEN.sub(lambda found: _ago(int(found.group(1))), "".join(parts))
    return emoji(made)


def _ago(unix: int) -> str:
    seconds = int(NOW) - unix
    words = f"{seconds // HOUR} hours" if seconds >= HOUR else f"{seconds} seconds"
    return f"<span class='time'>{words} ago</span>"


def emoji(text: str) -> Markup:
    """`text`, which is HTML already, with its signs drawn."""
    for sign, name in EMOJI.items():
        text = text.replace(sign, f'<svg class="emoji"><use href="#{name}"/></svg>')
    return Markup(text)  # noqa: S704 - our own words


def shoot(browser: Browser, path: Path) -> None:
    """Take the picture."""
    page = browser.new_page(**LOOK)
    page.set_content(html())
    page.screenshot(path=path, full_page=True)
    page.close()
