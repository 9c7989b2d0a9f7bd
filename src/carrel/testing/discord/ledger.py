"""What really happened on the fake Discord."""

from __future__ import annotations

from typing import Literal

from carrel.testing import ledger
from carrel.testing.discord.model import Message

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


class Ledger(ledger.Ledger[What]):
    """What people and the bot did, a line each.

    `request`: a REST request with the status sent and the one reached before any fault;
    `accepted`: a POST made a message; `repeated`: a nonce brought an earlier one back;
    `shown`, `edited`, `deleted`: what people see; `event`: handed to a gateway connection;
    `gateway`: identify, resume, close; `fault`: one that struck.
    """

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

    def requests(self, method: str = "", ending: str = "") -> list[ledger.Entry[What]]:
        """The requests of a method whose path has an ending."""
        return [
            entry
            for entry in self.of("request")
            if entry.data["method"].startswith(method) and entry.data["path"].endswith(ending)
        ]
