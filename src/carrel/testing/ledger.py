"""What really happened on a fake network, written down apart from what the fake answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

What = TypeVar("What", bound=str)
"""The kinds of lines that a network has."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[What]):
    """One line. at: Unix seconds. data: what belongs to it, as JSON."""

    number: int
    at: float
    what: What
    data: dict[str, Any]


class Ledger(Generic[What]):
    """Every message and every request, in order; also a file of JSON lines when one is named."""

    def __init__(self, now: Callable[[], float], path: Path | None = None) -> None:
        self.entries: list[Entry[What]] = []
        self._now, self._path = now, path
        self._listeners: list[Callable[[], None]] = []

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` after each entry."""
        self._listeners.append(heard)

    def add(self, what: What, **data: object) -> None:
        """Write one line."""
        entry = Entry(len(self.entries) + 1, self._now(), what, data)
        self.entries.append(entry)
        if self._path:
            line = {"n": entry.number, "at": entry.at, "what": what, **data}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        for heard in self._listeners:
            heard()

    def of(self, *kinds: What) -> Iterator[Entry[What]]:
        """The entries of some kinds, oldest first."""
        return (entry for entry in self.entries if entry.what in kinds)
