"""The ledger that the fake Discord writes, followed while it grows: every time here is its own."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 120.0
LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said: the answer's first line is `text`."""

    message: str
    channel: str
    text: str


@dataclass(slots=True)
class Ledger:
    """Unix seconds, by the fake's clock, of what matters here.

    said, sent: by message, when a person's was there and when the bot was sent its event;
    reacted: by message; answers: by channel and first line, when the bot's message was there;
    signs: by channel, whatever people see of the bot; identified: each IDENTIFY; asked: the newest
    REST request.
    """

    path: Path
    said: dict[str, float] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    reacted: dict[str, float] = field(default_factory=dict)
    answers: dict[tuple[str, str], float] = field(default_factory=dict)
    signs: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    identified: list[float] = field(default_factory=list)
    asked: float = 0.0
    _read: int = 0
    _places: dict[str, str] = field(default_factory=dict)

    def until(self, holds: Callable[[], object], within: float = PATIENCE_S) -> None:
        """Read on until something holds. TimeoutError."""
        end = time.monotonic() + within
        self.read()
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"not seen on the fake Discord within {within:.0f} s")
            time.sleep(LOOK_EVERY_S)
            self.read()

    def read(self) -> None:
        """Take in the whole lines that are new."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            lines = file.read().rpartition(b"\n")
        self._read += len(lines[0]) + len(lines[1])
        for line in lines[0].splitlines():
            self._take(json.loads(line))

    def _take(self, entry: dict[str, Any]) -> None:
        at = entry["at"]
        match entry:
            case {"what": "request"}:
                self.asked = at
            case {"what": "gateway", "did": "identify"}:
                self.identified.append(at)
            case {"what": "event", "name": "MESSAGE_CREATE", "id": message}:
                self.sent.setdefault(message, at)
            case {"what": "shown", "bot": False, "message": message, "channel": channel}:
                self.said[message], self._places[message] = at, channel
            case {"what": "shown", "bot": True, "channel": channel, "content": content}:
                self.signs[channel].append(at)
                self.answers.setdefault((channel, content.partition("\n")[0]), at)
            case {"what": "typing", "bot": True, "channel": channel}:
                self.signs[channel].append(at)
            case {"what": "reacted", "message": message}:
                self.reacted.setdefault(message, at)
                self.signs[self._places.get(message, "")].append(at)
            case _:
                return

    def is_answered(self, said: Said) -> bool:
        """Whether the answer is there."""
        return (said.channel, said.text) in self.answers

    def answer(self, said: Said) -> float:
        """Milliseconds from the event sent to the answer shown."""
        return 1000 * (self.answers[said.channel, said.text] - self.sent[said.message])

    def reaction(self, said: Said) -> float:
        """Milliseconds from the event sent to the bot's first reaction on that message."""
        return 1000 * (self.reacted[said.message] - self.sent[said.message])

    def sign(self, said: Said) -> float:
        """Milliseconds from the event sent to the first that people saw of the bot there."""
        sent = self.sent[said.message]
        return 1000 * (min(at for at in self.signs[said.channel] if at >= sent) - sent)
