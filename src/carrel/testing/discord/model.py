"""What exists in the fake's world: plain values that the world, REST and the gateway share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEXT, DIRECT, GROUP, CATEGORY, NEWS = 0, 1, 3, 4, 5
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 10, 11, 12, 15
THREADS = frozenset({NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})

DEFAULT, PINNED, THREAD_CREATED, REPLY, SLASH, STARTER = 0, 6, 18, 19, 20, 21

SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SILENT, VOICE_MESSAGE, COMPONENTS_V2 = 1 << 12, 1 << 13, 1 << 15


@dataclass(slots=True, eq=False)
class User:
    """A person, a bot, or a webhook's face."""

    id: str
    name: str
    bot: bool = False
    display: str | None = None


@dataclass(slots=True, eq=False)
class Role:
    """A role of one guild; the role with the guild's id is @everyone."""

    id: str
    name: str
    permissions: int
    position: int = 1
    managed_by: str | None = None


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild."""

    user: User
    joined_at: float
    roles: list[str] = field(default_factory=list)
    nick: str | None = None


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies. kind: 0 a role, 1 a member."""

    id: str
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True, eq=False)
class Attachment:
    """A file of a message, bytes and all."""

    id: str
    filename: str
    data: bytes
    content_type: str | None = None
    description: str | None = None
    extra: Json = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Message:
    """One message. reactions: emoji key (`👀`, `name:id`) to the ids of who reacted."""

    id: str
    channel_id: str
    author: User
    content: str
    timestamp: float
    kind: int = DEFAULT
    flags: int = 0
    edited: float | None = None
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    reference: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    nonce: str | int | None = None
    tts: bool = False
    pinned_at: float | None = None
    thread_id: str | None = None
    webhook_id: str | None = None
    application_id: str | None = None
    interaction: Json | None = None
    seen_only_by: str | None = None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class ThreadState:
    """What makes a channel a thread. members: user id to the time of joining."""

    owner_id: str
    created_at: float
    archived_at: float
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive: int = 1440
    members: dict[str, float] = field(default_factory=dict)
    sent: int = 0
    applied_tags: list[str] = field(default_factory=list)
    renamed: list[float] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, a category, a direct conversation or a thread, with its messages by id."""

    id: str
    kind: int
    name: str = ""
    guild_id: str | None = None
    parent_id: str | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    slow_mode: int = 0
    tags: list[Json] = field(default_factory=list)
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    recipients: list[User] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    thread: ThreadState | None = None

    @property
    def newest(self) -> str | None:
        """The id of the newest message."""
        return max(self.messages, key=int, default=None)


@dataclass(slots=True, eq=False)
class Guild:
    """A server."""

    id: str
    name: str
    owner_id: str
    created_at: float
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Application:
    """A bot's application: its token, its user, what the portal allows, and its commands.

    commands: by guild id, or None for global ones.
    """

    id: str
    name: str
    token: str
    bot: User
    owner: User
    privileged: int
    commands: dict[str | None, list[Json]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Webhook:
    """An incoming webhook of a channel."""

    id: str
    token: str
    name: str
    channel: Channel
    made_by: User
    application_id: str | None = None


@dataclass(slots=True, eq=False)
class Interaction:
    """Something a person did with an application, and what came of it.

    answered: the callback's type once there was one. answers: messages made from it, ephemeral ones
    included. modal: what a callback of type 9 showed.
    """

    id: str
    token: str
    application: Application
    kind: int
    user: User
    channel: Channel
    data: Json
    created_at: float
    message: Message | None = None
    answered: int | None = None
    original: Message | None = None
    answers: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    filename: str
    data: bytes
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An event and who may see it: members of a guild or channel, or only the named users."""

    name: str
    data: Mapping[str, Any]
    guild_id: str | None = None
    channel_id: str | None = None
    only: frozenset[str] | None = None
