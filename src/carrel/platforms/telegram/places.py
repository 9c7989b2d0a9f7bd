"""Where things are said on Telegram: chats and their topics, as conversations and back.

A group that becomes a supergroup gets another number. Its conversation keeps its address, and with
it its session, its memory and its rules: what it is called now is kept in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from carrel.core.model import Conversation
from carrel.platforms.telegram import kept
from carrel.ports.platform import Refusal

Json = Mapping[str, Any]

NAME = "telegram"
FILE = "moved.json"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the network is to show something: a chat's number today, and a topic of it."""

    chat: int
    topic: int | None = None


class Places:
    """The conversations of one bot. `folder` is the platform's own. Its methods block shortly."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._now = kept.read(self._file)

    def conversation(self, message: Json) -> Conversation:
        """Where a message was said."""
        chat = message["chat"]
        topic = message.get("message_thread_id") if message.get("is_topic_message") else None
        return Conversation(
            NAME,
            self._first(int(chat["id"])),
            thread=None if topic is None else str(topic),
            direct=chat["type"] == "private",
        )

    def spot(self, conversation: Conversation) -> Spot:
        """Where a conversation is today. Refusal where it is not Telegram's."""
        try:
            chat = int(conversation.channel)
            topic = None if conversation.thread is None else int(conversation.thread)
        except ValueError:
            chat, topic = 0, None
        if conversation.platform != NAME or not chat:
            raise Refusal("this conversation is not Telegram's")
        return Spot(self._now.get(str(chat), chat), topic)

    def move(self, old: int, new: int) -> None:
        """A group has another number from now on. It is on disk when this returns; Unavailable."""
        first = self._first(old)
        if self._now.get(first) == new:
            return
        moved = {**self._now, first: new}
        kept.write(self._file, moved)
        self._now = moved
        log.info("a group became a supergroup", was=first, now=new)

    def _first(self, chat: int) -> str:
        """The number under which a chat was known first."""
        return next((first for first, now in self._now.items() if now == chat), str(chat))
