"""Boxes in the terminal: lines in a frame that fits what is seen of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells

ESCAPES = re.compile(r"\x1b\[[0-9;:]*m")
FRAME_CELLS = 4
"""What the frame takes of a line: a border and a blank on either side."""


def clean(text: str) -> str:
    """Words that others chose, without anything that a terminal would obey."""
    return "".join(one for one in text if one.isprintable())


def clean_lines(text: str) -> str:
    """The same of several lines, which stay."""
    return "\n".join(clean(line) for line in text.expandtabs().split("\n"))


def width(text: str) -> int:
    """How many cells a text takes: colours none, wide letters and most emoji two."""
    return cell_len(ESCAPES.sub("", text))


def dim(text: str) -> str:
    """Less bright."""
    return f"\x1b[2m{text}\x1b[22m"


def boxed(title: str, lines: Sequence[str], most: int) -> str:
    """The lines in a frame with a title, at most `most` cells wide (from 6)."""
    inner = most - FRAME_CELLS
    fitted = [_cut(line, inner) for line in lines]
    title = _cut(title, inner - 1)
    wide = max([width(title) + 1, *map(width, fitted)])
    top = f"╭─ {title} {'─' * (wide - width(title) - 1)}╮"
    rows = [f"│ {line}{' ' * (wide - width(line))} │" for line in fitted]
    return "\n".join([top, *rows, f"╰{'─' * (wide + 2)}╯"])


def _cut(line: str, most: int) -> str:
    """A line that fits; one that is cut loses its colours and gets an ellipsis."""
    if width(line) <= most:
        return line
    plain = ESCAPES.sub("", line)
    return f"{chop_cells(plain, most - 1)[0]}…" if most > 1 else "…"
