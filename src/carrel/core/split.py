"""Cuts a long Markdown text into parts that each stand by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`]*)$")
_SMALL = 16


def split(text: str, limit: int) -> tuple[str, ...]:
    """Parts of at most `limit` characters: cut at paragraphs, else lines, else anywhere.

    A code fence that is cut is closed, and opened again in the next part. At least one part;
    a text that fits is its own only part, unchanged.
    """
    if len(text) <= limit:
        return (text,)
    if limit < _SMALL:
        return tuple(text[i : i + limit] for i in range(0, len(text), limit))
    cutter = _Cutter(limit)
    for line in text.split("\n"):
        cutter.add(line)
    return cutter.finish()


@dataclass(slots=True)
class _Cutter:
    limit: int
    parts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    size: int = 0
    opening: str = ""
    mark: str = ""

    def add(self, line: str) -> None:
        for piece in self._pieces(line):
            if self.lines and self.size + 1 + len(piece) + self._closing_room() > self.limit:
                self._cut()
            self._append(piece)
        self._follow_fence(line)

    def finish(self) -> tuple[str, ...]:
        if self.lines:
            self.parts.append("\n".join(self.lines))
        return tuple(part for part in self.parts if part.strip()) or ("",)

    def _append(self, line: str) -> None:
        self.size += len(line) + (1 if self.lines else 0)
        self.lines.append(line)

    def _pieces(self, line: str) -> Iterator[str]:
        """A line that no part could hold is cut between words where there are any."""
        room = max(self.limit - len(self.opening) - 1 - self._closing_room(), 1)
        while len(line) > room:
            space = line.rfind(" ", room // 2, room)
            end = space + 1 if space > 0 else room
            yield line[:end]
            line = line[end:]
        yield line

    def _closing_room(self) -> int:
        return len(self.mark) + 1 if self.mark else 0

    def _cut(self) -> None:
        if self.mark:
            self.parts.append("\n".join([*self.lines, self.mark]))
            kept: list[str] = [self.opening]
        else:
            kept = self._after_last_paragraph()
            self.parts.append("\n".join(self.lines))
        self.lines, self.size = [], 0
        for line in kept:
            self._append(line)

    def _after_last_paragraph(self) -> list[str]:
        """Takes off what follows the last empty line, if enough stands before it."""
        for i in range(len(self.lines) - 1, len(self.lines) // 2, -1):
            if not self.lines[i].strip():
                kept = self.lines[i + 1 :]
                if self._holds_fence(kept):
                    return []
                self.lines = self.lines[:i]
                return kept
        return []

    def _holds_fence(self, lines: list[str]) -> bool:
        return any(_FENCE.match(line) for line in lines)

    def _follow_fence(self, line: str) -> None:
        found = _FENCE.match(line)
        if found is None:
            return
        mark, info = found.group(1), found.group(2).strip()
        if not self.mark:
            fits = len(line) + len(mark) + 2 <= self.limit // 2
            self.opening, self.mark = (line, mark) if fits else (mark[:3], mark[:3])
        elif mark[0] == self.mark[0] and len(mark) >= len(self.mark) and not info:
            self.opening = self.mark = ""
