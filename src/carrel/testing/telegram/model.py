"""What exists in the fake's world: plain values that people, methods and the queue share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_REACTIONS = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐
🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷
😡
"""
REACTIONS = frozenset(_REACTIONS.split())
"""The emoji with which one may react, those of several characters left out."""


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot."""

    id: int
    name: str
    username: str
    is_bot: bool = False


@dataclass(slots=True, eq=False)
class File:
    """A file on the server. kind: the field of a message in which it stands."""

    id: str
    kind: str
    name: str
    data: bytes
    media_type: str = "application/octet-stream"


@dataclass(slots=True, eq=False)
class Message:
    """One message. entities: as Telegram lists them. remark: a service message's own fields."""

    id: int
    chat: Chat
    author: User
    at: float
    text: str = ""
    html: str = ""
    entities: list[Json] = field(default_factory=list)
    topic: int | None = None
    reply_to: Message | None = None
    files: list[File] = field(default_factory=list)
    album: str | None = None
    keyboard: Json | None = None
    reactions: dict[int, str] = field(default_factory=dict)
    edited: float | None = None
    remark: Json = field(default_factory=dict)
    origin: Json | None = None
    silent: bool = False

    @property
    def name(self) -> str:
        """Its name in the ledger: a number is only its chat's."""
        return f"{self.chat.id}.{self.id}"

    @property
    def place(self) -> str:
        """Where it stands, in the ledger."""
        return f"{self.chat.id}" if self.topic is None else f"{self.chat.id}:{self.topic}"


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, a group or a supergroup, with its messages by number.

    kind: as Telegram calls it. topics: whether each is open. gone: why the bot may not write.
    reactions: those that are allowed here. moved_to: the supergroup that it has become.
    """

    id: int
    kind: str
    title: str = ""
    forum: bool = False
    members: list[User] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, bool] = field(default_factory=dict)
    gone: str = ""
    reactions: frozenset[str] = REACTIONS
    moved_to: int | None = None


@dataclass(slots=True, eq=False)
class Bot:
    """The bot: its token, whether it hears only what is meant for it, and what it has not heard.

    updates: by their number, until they are confirmed. kinds: those that were asked for last; all
    while there are none. What there was before the bot asked is given whatever it asks for.
    """

    user: User
    token: str
    privacy: bool = False
    webhook: str = ""
    commands: list[Json] = field(default_factory=list)
    updates: dict[int, Json] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    queries: dict[str, Json] = field(default_factory=dict)
