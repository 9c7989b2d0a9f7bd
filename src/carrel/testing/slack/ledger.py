"""What really happened, written down apart from what the fake answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carrel.testing.slack.model import Json, Message

What = Literal[
    "request", "shown", "edited", "deleted", "reacted", "unreacted", "pressed", "answered",
    "given", "acknowledged", "lost", "socket", "fault", "status",
]  # fmt: skip

_PINGS = re.compile(r"<(@[UW]\w+|!\w+)[^>]*>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. at: Unix seconds. data: what belongs to it, as JSON."""

    number: int
    at: float
    what: What
    data: Json


class Ledger:
    """Every message and every request, in order; also a file of JSON lines when one is named.

    `request`: a method with what was answered; `shown`, `edited`, `deleted`, `reacted`: what people
    see; `given`, `acknowledged`, `lost`: envelopes; `answered`: a press; `socket`: one that opened
    or closed; `fault`: one that struck.
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
        """Write what happened to one message. pings: who is called."""
        told = (message.metadata.get("event_payload") or {}) if message.metadata else {}
        self.add(
            what,
            message=message.name,
            channel=message.place,
            author=message.author.id,
            bot=message.author.is_bot,
            content=message.read,
            nonce=told.get("nonce"),
            replies_to=told.get("reply_to"),
            files=[file.name for file in message.files],
            pings=_PINGS.findall(message.read),
            buttons=any(one["type"] == "actions" for one in message.blocks),
            only_for=message.only_for,
        )

    def of(self, *kinds: What) -> Iterator[Entry]:
        """The entries of some kinds, oldest first."""
        return (entry for entry in self.entries if entry.what in kinds)

    def requests(self, method: str) -> list[Entry]:
        """The requests of a method."""
        return [entry for entry in self.of("request") if entry.data["method"] == method]
