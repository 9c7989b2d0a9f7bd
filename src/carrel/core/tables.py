"""Draws Markdown tables as plain text, for chat networks that show them as pipes and dashes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import unescape
from itertools import takewhile, zip_longest
from typing import Literal

_WIDEST = 100
_MOST_REPEATED = 100_000
_SLACK = 3
"""Up to so many spaces are no indentation in Markdown."""

_LEAD = re.compile(r"(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))*+")
_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
_OTHER_BLOCK = re.compile(
    r"#{1,6}(?:\s|$)|`{3,}[^`]*$|~{3,}|<[/!\w][^|]*$|([-*_])(?:[ \t]*\1){2,}$"
)
_PIPE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")

# Three backticks at most: a mark of any length could look for its other half again and again.
_MARKUP = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`{1,3})(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<break><[bB][rR] ?/?>)"
    r"|(?P<entity>&#?\w{1,31};)"
    r"|(?P<stars>\*+)"
    r"|(?P<opening>!?\[)"
    r"|\]\((?P<url>(?:[^\s()]|\([^\s()]*+\))*+)"
    r"""(?:\s++(?:"[^"]*+"|'[^']*+'))?\)"""
    r"|(?P<closing>\])",
    re.DOTALL,
)

_PICTURE = "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\U0001f000-\U0001faff]"
_EMOJI = re.compile(
    f"{_PICTURE}(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d{_PICTURE})+|[0-9#*]\ufe0f\u20e3"
)
_WIDE = "\u3000"

_Align = Literal["left", "centre", "right"]


def draw(text: str) -> str:
    """`text` with each table outside of code fences as a code block with aligned columns.

    A table wider than 100 display columns becomes a list of records, one `header: value` a line.
    All else stays as it is, byte for byte, and so does a table whose records would repeat very
    long headers very often. Any text is fine.
    """
    return "\n".join(_drawn([_line(line) for line in text.split("\n")]))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and what it is in: `lead` is its indentation, quote marks and list markers."""

    text: str
    lead: str

    @property
    def rest(self) -> str:
        return self.text[len(self.lead) :].strip()

    @property
    def depth(self) -> int:
        return self.lead.count(">")

    @property
    def indent(self) -> int:
        return len(self.lead.expandtabs(4))

    @property
    def begins_item(self) -> bool:
        return bool(self.lead.strip("> \t"))


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str
    depth: int
    indent: int

    def is_closed_by(self, line: _Line) -> bool:
        rest = line.rest
        return (
            rest.startswith(self.mark)
            and not rest.strip(self.mark[0])
            and line.depth == self.depth
            and line.indent <= self.indent + _SLACK
            and not line.begins_item
        )


@dataclass(frozen=True, slots=True)
class _Table:
    """The plain words of a table; a row has at most as many cells as the header."""

    lead: str
    aligns: tuple[_Align, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> int:
        """How many lines it had in Markdown."""
        return 2 + len(self.rows)


def _drawn(lines: Sequence[_Line]) -> Iterator[str]:
    fence, at = None, 0
    while at < len(lines):
        line, height = lines[at], 1
        if fence and line.depth >= fence.depth:
            fence = None if fence.is_closed_by(line) else fence
            yield line.text
        elif fence := _fence(line):
            yield line.text
        elif table := _table(lines, at):
            height = table.height
            yield from _block(table) or (line.text for line in lines[at : at + height])
        else:
            yield line.text
        at += height


def _line(text: str) -> _Line:
    lead = _LEAD.match(text)
    return _Line(text, lead.group() if lead else "")


def _fence(line: _Line) -> _Fence | None:
    """The fence that `line` opens."""
    found = _FENCE.fullmatch(line.rest)
    return _Fence(found[1] or found[2], line.depth, line.indent) if found else None


def _table(lines: Sequence[_Line], at: int) -> _Table | None:
    """The table whose header is the line at `at`."""
    head = lines[at]
    if at + 1 == len(lines) or not head.rest or _OTHER_BLOCK.match(head.rest):
        return None
    aligns = _aligns(lines[at + 1].rest) if _continues(head, lines[at + 1]) else ()
    count = len(aligns)
    if not aligns or len(_cells(head.rest)) != count:
        return None
    below = (lines[number] for number in range(at + 2, len(lines)))
    rows = takewhile(partial(_continues, head), below)
    return _Table(
        head.lead, aligns, _words(head.rest, count), tuple(_words(row.rest, count) for row in rows)
    )


def _continues(head: _Line, line: _Line) -> bool:
    """Whether `line` may go on with the table of `head`: it is in the same quote and list item."""
    rest = line.rest
    if not rest or line.depth != head.depth or line.begins_item or _OTHER_BLOCK.match(rest):
        return False
    further_left = 0 if head.begins_item or "|" not in rest else _SLACK
    return -further_left <= line.indent - head.indent <= _SLACK


def _aligns(delimiter: str) -> tuple[_Align, ...]:
    """The alignment of each column; empty if this is no delimiter line."""
    cells = _cells(delimiter)
    # Without any pipe it is the underline of a heading.
    if "|" not in delimiter or not all(_DELIMITER.fullmatch(cell) for cell in cells):
        return ()
    return tuple(_align(cell) for cell in cells)


def _align(cell: str) -> _Align:
    match cell.startswith(":"), cell.endswith(":"):
        case True, True:
            return "centre"
        case False, True:
            return "right"
        case _:
            return "left"


def _cells(row: str) -> list[str]:
    """The cells of a row as Markdown; an escaped pipe is a pipe, even in code."""
    row = row.removeprefix("|")
    if not row.endswith(r"\|"):
        row = row.removesuffix("|")
    return [cell.replace(r"\|", "|").strip() for cell in _PIPE.split(row)]


def _words(row: str, count: int) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in _cells(row)[:count])


def _plain(cell: str) -> str:
    """The words of a cell on one line, without the marks that a code block would show."""
    pieces: list[str] = []
    opened: defaultdict[str, list[int]] = defaultdict(list)
    end = 0
    for found in _MARKUP.finditer(cell):
        pieces += cell[end : found.start()], _piece(found)
        _pair(found, pieces, opened)
        end = found.end()
    return " ".join("".join([*pieces, cell[end:]]).split())


def _piece(found: re.Match[str]) -> str:
    mark = found.group()
    match found.lastgroup:
        case "code":
            return mark.strip("`")
        case "escaped":
            return mark[1:]
        case "break":
            return " "
        case "entity":
            return unescape(mark)
        case _:
            return mark


def _pair(found: re.Match[str], pieces: list[str], opened: defaultdict[str, list[int]]) -> None:
    """Take away the mark that was put last, and its other half. What has no other half stays."""
    mark, last = found.group(), len(pieces) - 1
    match found.lastgroup:
        case "stars" if opened[mark] and _closes(found):
            pieces[opened[mark].pop()] = pieces[last] = ""
        case "stars" if _opens(found):
            opened[mark].append(last)
        case "opening":
            opened["["].append(last)
        case "url" if opened["["]:
            pieces[opened["["].pop()] = ""
            pieces[last] = f" ({found['url']})" if found["url"] else ""
        case "closing" if opened["["]:
            opened["["].pop()


def _opens(stars: re.Match[str]) -> bool:
    before, after = _around(stars)
    return bool(after) and not after.isspace() and not _is_latin(before)


def _closes(stars: re.Match[str]) -> bool:
    before, after = _around(stars)
    return bool(before) and not before.isspace() and not _is_latin(after)


def _around(stars: re.Match[str]) -> tuple[str, str]:
    text, start, end = stars.string, stars.start(), stars.end()
    return text[max(start - 1, 0) : start], text[end : end + 1]


def _is_latin(char: str) -> bool:
    """Letters and digits that keep a star beside them: `2*3*4` is no emphasis."""
    return char.isascii() and char.isalnum()


def _block(table: _Table) -> list[str]:
    """The lines of a code block; none if the text would grow out of all proportion."""
    widths = _widths(table)
    if sum(widths) + 2 * (len(widths) - 1) <= _WIDEST:
        return _fenced(table.lead, _grid(table, widths))
    # The headers are repeated for every row, which squares the length of a hostile text.
    if len(table.rows) * sum(len(name) + 2 for name in table.header) > _MOST_REPEATED:
        return []
    return _fenced(table.lead, _records(table))


def _fenced(lead: str, body: list[str]) -> list[str]:
    runs = re.findall("`{3,}", "\n".join(body))
    mark = "`" * (max(map(len, runs), default=2) + 1)
    indent = re.sub(r"[^>\s]", " ", lead)
    item = [] if indent == lead else [lead.rstrip()]
    return [*item, *((indent + line).rstrip() for line in (mark, *body, mark))]


def _widths(table: _Table) -> list[int]:
    widths = [1] * len(table.header)
    for row in (table.header, *table.rows):
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], _width(cell))
    return widths


def _grid(table: _Table, widths: list[int]) -> list[str]:
    rule = ["-" * width for width in widths]
    return [_spread(row, widths, table.aligns) for row in (table.header, rule, *table.rows)]


def _spread(row: Sequence[str], widths: list[int], aligns: Sequence[_Align]) -> str:
    padded = [*row, *[""] * (len(widths) - len(row))]
    return "  ".join(map(_fitted, padded, widths, aligns))


def _fitted(cell: str, width: int, align: _Align) -> str:
    room = width - _width(cell)
    left = {"left": 0, "centre": room // 2, "right": room}[align]
    return " " * left + cell + " " * (room - left)


def _records(table: _Table) -> list[str]:
    """A line for each cell, an empty line between rows; a table without rows has its headers."""
    lines: list[str] = []
    for row in table.rows or ((),):
        lines += [""] if lines else []
        named = zip_longest(table.header, row, fillvalue="")
        lines += [f"{name}: {cell}" if name else cell for name, cell in named if name or cell]
    return lines


def _width(text: str) -> int:
    """Columns of `text` on a screen. Several characters that make one emoji are one of two."""
    return sum(_columns(char) for char in _EMOJI.sub(_WIDE, text))


def _columns(char: str) -> int:
    category = unicodedata.category(char)
    # The second and third part of a Korean syllable are no marks, but stand on the first.
    if category in {"Mn", "Me", "Mc", "Cc", "Cf"} or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
