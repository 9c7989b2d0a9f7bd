"""What exists in the fake's world: plain values that people, methods and sockets share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = frozenset(
    {
        "app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write",
        "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history",
        "im:read", "im:write", "mpim:history", "mpim:read", "reactions:write", "users:read",
    }
)  # fmt: skip
"""What an app that is set up as the documents say may do."""

EMOJI = frozenset(
    {
        "eyes", "hourglass_flowing_sand", "gear", "white_check_mark", "x", "octagonal_sign", "+1",
        "heart", "tada", "zzz", "thinking_face", "wave",
    }
)  # fmt: skip
"""Some of the signs there are."""


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot. team: another one for people of a channel that is shared."""

    id: str
    name: str
    team: str
    is_bot: bool = False


@dataclass(slots=True, eq=False)
class File:
    """A file at Slack. secret: the link's own part. done: whether it was completed."""

    id: str
    name: str
    data: bytes
    owner: User
    length: int
    mimetype: str = "application/octet-stream"
    subtype: str = ""
    done: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """One message. only_for: the person who alone sees it."""

    ts: str
    channel: Channel
    author: User
    text: str = ""
    thread: str | None = None
    blocks: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)
    reactions: dict[str, set[str]] = field(default_factory=dict)
    edited: str | None = None
    subtype: str = ""
    only_for: str | None = None

    @property
    def name(self) -> str:
        """Its name in the ledger: a stamp is only its channel's."""
        return f"{self.channel.id}.{self.ts}"

    @property
    def place(self) -> str:
        """Where it stands, in the ledger."""
        return self.channel.id if self.thread is None else f"{self.channel.id}:{self.thread}"

    @property
    def read(self) -> str:
        """What a person reads: blocks take the place of the text."""
        shown = [one["text"]["text"] for one in self.blocks if one["type"] == "section"]
        return "\n".join(shown) if self.blocks else self.text


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, or what one person and the bot say, with its messages by stamp."""

    id: str
    name: str
    members: list[User]
    direct: bool = False
    private: bool = False
    archived: bool = False
    deleted: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    whispers: list[Message] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Interaction:
    """A press, a form or a slash command. ack: what the app answered; None until it did."""

    id: str
    kind: str
    payload: Json
    at: float
    ack: Json | None = None
    view: Json | None = None
    failed: str = ""
