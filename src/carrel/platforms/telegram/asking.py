"""Asks for the words that go with a button, and knows them when they come.

Telegram has no forms: the bot asks in a message of its own, and the answer is a reply to it. What
it asks for stands in a link of that message, signed, so that nothing is kept here, and an agent's
words can never pass for the bot's question.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from carrel.platforms.answering import wanted
from carrel.platforms.telegram import markup

Json = Mapping[str, Any]


class Asking:
    """The questions of one bot. `me`: the bot as getMe tells it."""

    def __init__(self, token: str, me: Json) -> None:
        self._secret, self._me, self._name = token.encode(), int(me["id"]), str(me["username"])

    def question(self, command: str) -> str:
        """The HTML that asks for the words after a command."""
        query = urlencode({"words": command, "of": self._signed(command)})
        link = escape(f"https://t.me/{self._name}?{query}")
        return f'<a href="{link}">✍️</a> {markup.words(wanted(command))} Reply to this message.'

    def command_of(self, message: Json) -> str | None:
        """The command that a message of the bot's own asks words for."""
        if int((message.get("from") or {}).get("id", 0)) != self._me:
            return None
        for entity in message.get("entities", ())[:1]:
            given = parse_qs(urlsplit(str(entity.get("url", ""))).query)
            command, signed = given.get("words", [""])[0], given.get("of", [""])[0]
            if command and hmac.compare_digest(signed.encode(), self._signed(command).encode()):
                return command
        return None

    def _signed(self, command: str) -> str:
        return hmac.new(self._secret, command.encode(), hashlib.sha256).hexdigest()[:16]
