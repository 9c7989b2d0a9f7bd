"""What really happened, written down apart from what the fake answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carrel.testing.discord.model import Json, Message

What = Literal[
    "request",
    "accepted",
    "repeated",
    "shown",
    "edited",
    "deleted",
    "reacted",
    "unreacted",
    "typing",
    "thread",
    "event",
    "gateway",
    "interaction",
    "fault",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. at: Unix seconds. what: see `Ledger`. data: what belongs to it, as JSON."""

    number: int
    at: float
    what: What
    data: Json


class Ledger:
    """Every message and every request, in order; also a file of JSON lines when one is named.

    `request`: a REST request with the status sent and the one reached before any fault;
    `accepted`: a POST made a message; `repeated`: a nonce brought an earlier one back;
    `shown`, `edited`, `deleted`: what people see; `event`: handed to a gateway connection;
    `gateway`: identify, resume, close; `fault`: one that struck.
    """

    def __init__(self, now: Callable[[], float], path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._now = now
        self._path = path
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

    def add_message(self, what: What, message: Message, **more: object) -> None:
        """Write what happened to one message."""
        self.add(
            what,
            message=message.id,
            channel=message.channel_id,
            author=message.author.id,
            bot=message.author.bot,
            content=message.content,
            embeds=message.embeds,
            nonce=message.nonce,
            replies_to=(message.reference or {}).get("message_id"),
            files=[file.filename for file in message.attachments],
            only_for=message.seen_only_by,
            **more,
        )

    def of(self, *kinds: What) -> Iterator[Entry]:
        """The entries of some kinds, oldest first."""
        return (entry for entry in self.entries if entry.what in kinds)

    def requests(self, method: str = "", ending: str = "") -> list[Entry]:
        """The requests of a method whose path has an ending."""
        return [
            entry
            for entry in self.of("request")
            if entry.data["method"].startswith(method) and entry.data["path"].endswith(ending)
        ]
