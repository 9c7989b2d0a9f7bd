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
from carrel.platforms.cards import SHORT, SMALL, TONES, attached, command_of, drawn
from carrel.platforms.markdown import CUT, sound
from carrel.platforms.telegram import markup
from carrel.platforms.telegram.wire import Upload, keyboard

TEXT = 2000
"""Characters of an answer. Telegram takes 4,096 units of UTF-16; an emoji is two of them."""

DETAIL = 3000
DATA = 64
"""Bytes that a button may carry."""

LABEL, ROW_WIDTH, BUTTONS = 60, 34, 100
SECOND_COPY = "<i>⚠️ This may be a duplicate.</i>\n"
SIGNS: dict[MarkSign, str] = {
    "stored": "👀",
    "waiting": "😴",
    "working": "✍",
    "answered": "👌",
    "failed": "💔",
    "stopped": "🫡",
}
"""A bot may react with few emoji only: Telegram's list has no hourglass and no check mark."""


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


def _upload(body: Body) -> Upload | None:
    """What goes along as a file, because a message does not hold all of it."""
    name, text = attached(body)
    if not text or (not isinstance(body, Answer) and markup.units(text) <= DETAIL):
        return None
    return Upload(name, text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes HTML for a message of so many units."""

    longest: int

    def bold(self, written: str) -> str:
        return f"<b>{written}</b>"

    def small(self, written: str) -> str:
        return f"<i>{written}</i>"

    def line(self, text: str, longest: int) -> str:
        return _line(text, longest)

    def code(self, text: str, language: str) -> str:
        return markup.code(markup.cut(text, min(DETAIL, self.longest - 2 * SHORT)), language)

    def rendered(self, markdown: str) -> str:
        room = min(DETAIL, self.longest - SHORT)
        return markup.rendered(markup.cut(markdown, room), room)


def _html(body: Body, longest: int) -> str:
    match body:
        case Answer(text=text, footer=footer):
            return _answer(text, footer, longest)
        case Notice(text=text, tone=tone):
            return markup.rendered(f"{TONES[tone]}{text}", longest)
        case Progress() | ApprovalCard() | QuestionCard() | PlanCard() | MissedCard():
            return drawn(body, _Pen(longest))
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


def _line(text: str, longest: int) -> str:
    return markup.line(markup.cut(text, longest))


# Buttons.


def _keyboard(offered: Sequence[Choice]) -> Any:
    """Rows no wider than a phone. None takes the buttons of an earlier body away."""
    rows = [[(_label(one), command_of(one)) for one in row] for row in _rows(offered)]
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
    return sound(markup.cut(choice.label, LABEL)).strip() or CUT


def carries(choice: Choice) -> bool:
    """Whether a button can carry the command."""
    return len(command_of(choice).encode("utf-8", "replace")) <= DATA


def _written_out(offered: Sequence[Choice]) -> Iterator[str]:
    """Commands that no button can carry, to be copied with a touch, as far as there is room."""
    for one in [one for one in offered if not carries(one)][:2]:
        if len(one.command) < SHORT // 3:
            yield f"{_line(one.label, 30)}: <code>{markup.words(one.command)}</code>"
