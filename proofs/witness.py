"""What a fake chat network wrote down, read while it grows: the only evidence that counts here."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = re.compile(r"m\d+x\d+x")
MARK = "may be a duplicate"
"""How a second copy says that it may be one."""

ABOUT = re.compile(r"This session \(|“.*” was edited after its end", re.DOTALL)
"""`/status`, and the offer to run again, say what was asked; that is no answer to it."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How Carrel speaks on one network.

    `failed` and `stopped`: the signs on a person's message that say that it has no answer, and why.
    `small`: what small print about a message that waits begins with; it is no answer to it.
    """

    failed: str
    stopped: str
    small: str


DISCORD = Tongue("❌", "⏹️", "-# ")
TELEGRAM = Tongue("💔", "🫡", "⏳ ")
SLACK = Tongue("x", "octagonal_sign", "⏳ ")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the bot, as it first appeared, if only for a moment."""

    line: int
    message: str
    place: str
    content: str
    nonce: str
    replies_to: str

    @property
    def marked(self) -> bool:
        """Whether it says that it may be a second copy."""
        return MARK in self.content


@dataclass(slots=True)
class Witness:
    """What was ever shown by the bot, in order, and the signs it put on people's messages.

    Whatever offers buttons is a card, and answers nobody.
    """

    tongue: Tongue = DISCORD
    shown: list[Shown] = field(default_factory=list)
    signs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_token: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    by_reply: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    identified: int = 0

    def take(self, line: Mapping[str, Any]) -> None:
        """One line of the ledger."""
        match line:
            case {"what": "shown", "bot": True, "only_for": None}:
                self._take_shown(line)
            case {"what": "reacted", "message": message, "emoji": emoji}:
                self.signs[message].add(emoji)
            case {"what": "gateway", "did": "identify" | "resume"}:
                self.identified += 1
            case {"method": "getMe" | "auth.test"}:
                self.identified += 1
            case _:
                return

    def _take_shown(self, line: Mapping[str, Any]) -> None:
        one = Shown(
            line["n"],
            line["message"],
            line["channel"],
            line["content"],
            str(line["nonce"] or ""),
            line["replies_to"] or "",
        )
        self.shown.append(one)
        if line.get("buttons") or one.content.startswith(self.tongue.small):
            return
        for token in dict.fromkeys(TOKEN.findall(one.content)):
            if not ABOUT.match(one.content):
                self.by_token[token].append(one)
        if one.replies_to:
            self.by_reply[one.replies_to].append(one)

    def ends(self, message: str, token: str) -> list[Shown]:
        """Whatever answers a message: it replies to it, or says its token. Oldest first."""
        found = {one.line: one for one in (*self.by_reply[message], *self.by_token[token])}
        return [found[line] for line in sorted(found)]


@dataclass(slots=True)
class Ledger:
    """The file; `read` takes in the whole lines that are new."""

    path: Path
    _read: int = 0

    def read(self) -> Iterator[dict[str, Any]]:
        """The lines that were not read yet."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole, end, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(end)
        for line in whole.splitlines():
            yield json.loads(line)

    def about(self, words: Iterable[str], most: int = 60) -> list[str]:
        """The lines in which one of some words stands, for whoever looks into a violation."""
        wanted = tuple(words)
        with self.path.open(encoding="utf-8") as file:
            found = [line.rstrip()[:400] for line in file if any(word in line for word in wanted)]
        return found[-most:]
