"""The note that goes from one engine conversation of a session to another: what was said last.

It is bounded, and material: what it holds reaches an engine as a quotation, never as instructions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carrel.core.material import one_line
from carrel.core.model import Material

EXCHANGES = 6
"""Questions with their answers, the newest."""

LONGEST = 6_000
"""Characters of a note."""

CUT = " […]"
_FRAME = len("The answer:\n\n\n") + len(CUT)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one turn was asked, and what it answered. `who`: the name of who asked first."""

    who: str
    asked: str
    answered: str


def note(exchanges: Sequence[Exchange], longest: int = LONGEST) -> Material | None:
    """The newest of them in their order, in at most `longest` characters; None if there are none.

    Each text has the same room; what short ones leave is shared among the others.
    """
    last = exchanges[-EXCHANGES:]
    texts = [text for one in last for text in (one.asked.strip(), one.answered.strip())]
    heads = [head for one in last for head in (f"{one_line(one.who)} asked:", "The answer:")]
    room = longest - sum(len(head) + _FRAME for head in heads)
    rooms = shares([len(text) for text in texts], max(room, 0))
    parts = [
        f"{head}\n{_cut(text, most)}"
        for head, text, most in zip(heads, texts, rooms, strict=True)
        if text
    ]
    whole = "\n\n".join(parts)[:longest]
    return Material("handover", "another model", whole) if whole else None


def shares(wanted: Sequence[int], room: int) -> list[int]:
    """How much of `room` each gets that wants so much: as much as any other, or all it wants."""
    given = [0] * len(wanted)
    left = room
    for place, number in enumerate(order := sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[number] = min(wanted[number], left // (len(order) - place))
        left -= given[number]
    return given


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}{CUT}"
