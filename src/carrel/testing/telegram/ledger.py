"""What really happened on the fake Telegram."""

from __future__ import annotations

from typing import Literal

from carrel.testing import ledger
from carrel.testing.telegram.model import Message

What = Literal[
    "request", "shown", "edited", "deleted", "reacted", "typing", "pressed", "answered",
    "given", "confirmed", "fault",
]  # fmt: skip


class Ledger(ledger.Ledger[What]):
    """What people and the bot did, a line each.

    `request`: a method with the status sent; `shown`, `edited`, `deleted`, `reacted`: what people
    see; `given` and `confirmed`: numbers of updates; `answered`: a press; `fault`: one that struck.
    """

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

    def requests(self, method: str) -> list[ledger.Entry[What]]:
        """The requests of a method."""
        return [entry for entry in self.of("request") if entry.data["method"] == method]
