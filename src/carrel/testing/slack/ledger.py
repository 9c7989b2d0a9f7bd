"""What really happened on the fake Slack."""

from __future__ import annotations

import re
from typing import Literal

from carrel.testing import ledger
from carrel.testing.slack.model import Message

What = Literal[
    "request", "shown", "edited", "deleted", "reacted", "unreacted", "pressed", "answered",
    "given", "acknowledged", "lost", "socket", "fault", "status",
]  # fmt: skip

_PINGS = re.compile(r"<(@[UW]\w+|!\w+)[^>]*>")


class Ledger(ledger.Ledger[What]):
    """What people and the bot did, a line each.

    `request`: a method with what was answered; `shown`, `edited`, `deleted`, `reacted`: what people
    see; `given`, `acknowledged`, `lost`: envelopes; `answered`: a press; `socket`: one that opened
    or closed; `fault`: one that struck.
    """

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

    def requests(self, method: str) -> list[ledger.Entry[What]]:
        """The requests of a method."""
        return [entry for entry in self.of("request") if entry.data["method"] == method]
