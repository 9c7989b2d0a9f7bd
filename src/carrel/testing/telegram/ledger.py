"""What really happened, written down apart from what the fake answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carrel.testing.telegram.model import Json, Message

What = Literal[
    "request", "shown", "edited", "deleted", "reacted", "typing", "pressed", "answered",
    "given", "confirmed", "fault",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. at: Unix seconds. data: what belongs to it, as JSON."""

    number: int
    at: float
    what: What
    data: Json


class Ledger:
    """Every message and every request, in order; also a file of JSON lines when one is named.

    `request`: a method with the status sent; `shown`, `edited`, `deleted`, `reacted`: what people
    see; `given` and `confirmed`: numbers of updates; `answered`: a press; `fault`: one that struck.
    """

    def __init__(self, now: Callable[[], float], path: Path | None = None) -> None:
        self.entries: list[Entry] = []
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

    def add_message(self, what: What, message: Message) -> None:
        """Write what happened to one message. pings: whose phones ring by name."""
        named = [e for e in message.entities if e["type"] in ("mention", "text_mention")]
        raw = message.text.encode("utf-16-le", "surrogatepass")
        parts = [raw[2 * e["offset"] :][: 2 * e["length"]] for e in named]
        pings = [part.decode("utf-16-le", "replace") for part in parts]
        self.add(
            what,
            message=message.name,
            channel=message.place,
            author=message.author.id,
            bot=message.author.is_bot,
            content=message.text,
            nonce=None,
            replies_to=message.reply_to.name if message.reply_to else None,
            files=[file.name for file in message.files],
            pings=pings,
            silent=message.silent,
            buttons="inline_keyboard" in (message.keyboard or {}),
            only_for=None,
        )

    def of(self, *kinds: What) -> Iterator[Entry]:
        """The entries of some kinds, oldest first."""
        return (entry for entry in self.entries if entry.what in kinds)

    def requests(self, method: str) -> list[Entry]:
        """The requests of a method."""
        return [entry for entry in self.of("request") if entry.data["method"] == method]
