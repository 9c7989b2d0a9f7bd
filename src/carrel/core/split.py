"""Cuts a long Markdown text into parts that each stand by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})([^`]*)$")
_SMALL = 16


def split(text: str, limit: int) -> tuple[str, ...]:
    """Parts of at most `limit` characters: cut between paragraphs, else lines, else anywhere.

    Only what no part could hold (a paragraph, a table, a code fence) is itself cut. A code fence
    that is cut is closed, and opened again in the next part. At least one part; a text that fits
    is its own only part, unchanged.
    """
    if len(text) <= limit:
        return (text,)
    if limit < _SMALL:
        return tuple(text[i : i + limit] for i in range(0, len(text), limit))
    cutter = _Cutter(limit)
    for block in _blocks(text, limit):
        cutter.add(block)
    return cutter.finish()


@dataclass(slots=True)
class _Block:
    """Lines that belong together, the empty lines before them, and the fence they stand in.

    `opening` and `closing` are what a cut puts round its two halves; empty without a fence.
    """

    gap: list[str]
    lines: list[str]
    opening: str = ""
    closing: str = ""

    @property
    def mark(self) -> str:
        return self.closing.strip()

    def is_closed_by(self, line: str) -> bool:
        found = _FENCE.match(line)
        if found is None or found.group(3).strip():
            return False
        mark = found.group(2)
        return mark[0] == self.mark[0] and len(mark) >= len(self.mark)


def _blocks(text: str, limit: int) -> Iterator[_Block]:
    """Paragraphs (tables and lists are such) and fences; a fence that is left open is closed."""
    block = _Block([], [])
    for line in text.split("\n"):
        if block.closing:
            block.lines.append(line)
            if len(line) <= limit // 4 and block.is_closed_by(line):
                yield block
                block = _Block([], [])
            continue
        fence = _fence(line, limit)
        if block.lines and (fence or not line.strip()):
            yield block
            block = _Block([], [])
        if fence:
            block = _Block(block.gap, [line], *fence)
        elif line.strip():
            block.lines.append(line)
        else:
            block.gap.append(line)
    if block.closing:
        block.lines.append(block.closing)
    if block.lines:
        yield block


def _fence(line: str, limit: int) -> tuple[str, str] | None:
    """How the fence that `line` opens is opened again and closed; None if it opens none."""
    found = _FENCE.match(line)
    if found is None:
        return None
    closing = found.group(1) + found.group(2)
    if len(line) + len(closing) > limit // 2:
        line = closing
    return (line, closing) if len(closing) <= limit // 4 else None


@dataclass(slots=True)
class _Cutter:
    limit: int
    parts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, block: _Block) -> None:
        whole = _size(block.lines)
        if self.lines and self._with([*block.gap, *block.lines]) <= self.limit:
            self._append([*block.gap, *block.lines])
        elif whole <= self.limit:
            self._flush()
            self._append(block.lines)
        else:
            self._cut_up(block)

    def finish(self) -> tuple[str, ...]:
        self._flush()
        return tuple(self.parts) or ("",)

    def _cut_up(self, block: _Block) -> None:
        """A block that no part could hold: a fence begins a part, text fills up the last."""
        if block.closing or self._with([*block.gap, block.lines[0]]) > self.limit // 2:
            self._flush()
        elif self.lines:
            self._append(block.gap)
        last = block.lines[-1] if block.closing else ""
        foot = max(len(block.closing), len(last)) + 1 if block.closing else 0
        room = self.limit - foot - (len(block.opening) + 1 if block.closing else 0)
        for number, line in enumerate(block.lines):
            closes = block.closing and number == len(block.lines) - 1
            for piece in [line] if closes else _pieces(line, room):
                kept = 0 if closes else foot
                if self.lines and self._with([piece]) + kept > self.limit:
                    self._flush(block.closing)
                    self._append([block.opening] if block.closing else [])
                self._append([piece])

    def _with(self, lines: list[str]) -> int:
        return self.size + (1 if self.lines and lines else 0) + _size(lines)

    def _append(self, lines: list[str]) -> None:
        self.size = self._with(lines)
        self.lines += lines

    def _flush(self, closing: str = "") -> None:
        """End the part; what is empty is none."""
        part = "\n".join([*self.lines, closing] if closing else self.lines)
        if part.strip():
            self.parts.append(part)
        self.lines, self.size = [], 0


def _size(lines: list[str]) -> int:
    return sum(len(line) for line in lines) + max(len(lines) - 1, 0)


def _pieces(line: str, room: int) -> Iterator[str]:
    """A line that no part could hold is cut between words where there are any."""
    while len(line) > room:
        space = line.rfind(" ", room // 2, room)
        end = space + 1 if space > 0 else room
        yield line[:end]
        line = line[end:]
    yield line
