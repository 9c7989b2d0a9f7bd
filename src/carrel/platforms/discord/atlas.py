"""Where everything lies: servers, channels and threads, as small as they can be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from carrel.core.model import Conversation
from carrel.ports.store import Cursor

Json = Mapping[str, Any]

NAME = "discord"
CATEGORY = 4
PRIVATE_THREAD = 12
THREADS = frozenset({10, 11, PRIVATE_THREAD})
SPOKEN_IN = frozenset({0, 2, 5, 13, *THREADS})
"""Text, voice, news and stage channels, and threads: the kinds that hold messages."""

EPOCH_MS = 1_420_070_400_000


@dataclass(slots=True)
class Place:
    """A channel, a category or a thread. `newest`: its newest message, as far as known."""

    id: int
    kind: int
    name: str
    parent: int | None
    server: int
    newest: int = 0
    owner: int = 0
    archived: bool = False

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread or a forum's post."""
        return self.kind in THREADS

    @property
    def is_private(self) -> bool:
        """Whether only those see it who were invited, though others see the channel round it."""
        return self.kind == PRIVATE_THREAD


@dataclass(slots=True)
class Server:
    """A guild. `own_roles`: the roles that are the bot itself, by which it may be mentioned."""

    id: int
    name: str
    own_roles: frozenset[int] = frozenset()


@dataclass(slots=True)
class Atlas:
    """What the gateway told of servers and their places. Thousands of them are a few megabytes."""

    me: int
    servers: dict[int, Server] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)

    def add_server(self, data: Json) -> None:
        """GUILD_CREATE: everything of one server, in place of what was known of it."""
        server = int(data["id"])
        self.drop_server(server)
        own = (int(role["id"]) for role in data.get("roles", ()) if self._is_own(role))
        self.servers[server] = Server(server, str(data.get("name", "")), frozenset(own))
        for each in (*data.get("channels", ()), *data.get("threads", ())):
            self.add_place({**each, "guild_id": server})

    def _is_own(self, role: Json) -> bool:
        return str((role.get("tags") or {}).get("bot_id", "")) == str(self.me)

    def drop_server(self, server: int) -> Server | None:
        """Forget a server and its places."""
        for place in [place.id for place in self.places.values() if place.server == server]:
            del self.places[place]
        return self.servers.pop(server, None)

    def add_place(self, data: Json) -> Place:
        """A channel or thread as Discord describes it, in place of what was known of it."""
        known = self.places.get(int(data["id"]))
        place = Place(
            id=int(data["id"]),
            kind=int(data["type"]),
            name=str(data.get("name") or ""),
            parent=int(data["parent_id"]) if data.get("parent_id") else None,
            server=int(data.get("guild_id") or 0),
            newest=max(int(data.get("last_message_id") or 0), known.newest if known else 0),
            owner=int(data.get("owner_id") or 0),
            archived=bool((data.get("thread_metadata") or {}).get("archived")),
        )
        self.places[place.id] = place
        return place

    def drop_place(self, place: int) -> Place | None:
        """Forget a channel and its threads, or a thread."""
        for thread in [one.id for one in self.threads(place)]:
            del self.places[thread]
        return self.places.pop(place, None)

    def threads(self, channel: int | None = None) -> Iterator[Place]:
        """All threads, or those of one channel."""
        threads = (place for place in self.places.values() if place.is_thread)
        return (one for one in threads if channel in (None, one.parent))

    def channel_of(self, conversation: Conversation) -> Place | None:
        """The channel that a conversation is, or is a thread of; None for a direct one."""
        place = self.places.get(int(conversation.channel))
        if place is None or not place.is_thread:
            return place
        return self.places.get(place.parent or 0)

    def conversation(self, place: Place) -> Conversation:
        """The place as a conversation: its parent, category and server lie round it."""
        parent = self.places.get(place.parent or 0)
        category = parent.parent if place.is_thread and parent is not None else None
        round_it = (place.parent, category, place.server)
        return Conversation(NAME, str(place.id), within=tuple(str(one) for one in round_it if one))


def direct(channel: int | str) -> Conversation:
    """The conversation of a direct channel: one person, and the bot."""
    return Conversation(NAME, str(channel), direct=True)


def unix_of(snowflake: int | str) -> float:
    """When a message, a thread or whatever else has this id was made, in unix seconds."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def number_of(cursor: Cursor) -> int | None:
    """The message's number; None for what Carrel itself has put into a session, or an edit."""
    return int(cursor.message) if cursor.message.isdecimal() else None


def snowflake_at(unix: float) -> int:
    """The smallest id of what was made at that time."""
    return max(int(unix * 1000) - EPOCH_MS, 0) << 22
