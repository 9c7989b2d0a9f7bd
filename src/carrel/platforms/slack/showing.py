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
from carrel.platforms.cards import SHORT, SMALL, TONES, attached, command_of, drawn
from carrel.platforms.markdown import CUT, sound
from carrel.platforms.slack import markup
from carrel.platforms.slack.wire import Upload

TEXT = 2400
"""Characters of an answer. Escaped, each may be five: no answer is ever cut."""

ESCAPED = 5 * TEXT + 500
EDITED = 4000
"""Characters of a text that can be edited: chat.update takes no more."""

SECTION = 3000
DETAIL = 2600
VALUE, LABEL, BUTTONS, ROW = 2000, 75, 100, 25
SIGNS: dict[MarkSign, str] = {
    "stored": "eyes",
    "waiting": "hourglass_flowing_sand",
    "working": "gear",
    "answered": "white_check_mark",
    "failed": "x",
    "stopped": "octagonal_sign",
}

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
    name, text = attached(body)
    if not text or (not isinstance(body, Answer) and len(text) <= DETAIL):
        return None
    return Upload(name, text.encode("utf-8", "replace"))


class _Pen:
    """Writes mrkdwn."""

    def bold(self, written: str) -> str:
        return f"*{written}*"

    def small(self, written: str) -> str:
        return f"_{written}_"

    def line(self, text: str, longest: int) -> str:
        return _line(text, longest)

    def code(self, text: str, language: str) -> str:
        """As much of it as fits: a sign that must be escaped is longer than it is."""
        del language
        room = DETAIL
        while len(made := markup.code(markup.cut(text, room))) > DETAIL + SHORT:
            room = room * DETAIL // len(made)
        return made

    def rendered(self, markdown: str) -> str:
        return markup.rendered(markup.cut(markdown, DETAIL), DETAIL + SHORT)


def _answer(answer: Answer) -> str:
    """All of it, and its small print below."""
    small = f"\n\n_{_line(answer.footer, SHORT)}_" if answer.footer else ""
    return markup.rendered(answer.text, ESCAPED) + small


def _text(body: Body, longest: int) -> str:
    match body:
        case Notice(text=text, tone=tone):
            return markup.rendered(f"{TONES[tone]}{text}", longest)
        case Progress() | ApprovalCard() | QuestionCard() | PlanCard() | MissedCard():
            return drawn(body, _Pen())
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
    label = sound(markup.cut(choice.label, LABEL)).strip() or CUT
    return {
        "type": "button",
        "action_id": f"choice.{number}",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": command_of(choice),
        **_STYLES[choice.weight],
    }


def carries(choice: Choice) -> bool:
    """Whether a button can carry the command."""
    return len(command_of(choice)) <= VALUE


def _written_out(offered: Sequence[Choice]) -> Iterator[str]:
    """Commands that no button can carry, to be copied, as far as there is room."""
    for one in [one for one in offered if not carries(one)][:2]:
        yield f"{_line(one.label, 30)}: `{_line(one.command, SHORT // 3)}`"
