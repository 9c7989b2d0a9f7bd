"""discord.py, used for what it is best at: the connection, and the rate limits of requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import discord
import yarl
from discord.http import HTTPClient, Route

from carrel.platforms.discord.settings import Discord

Hear = Callable[[str, Mapping[str, Any]], None]
"""Is told every event by its name, in order, and may not wait."""

HEARD = frozenset(
    {
        *("READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE"),
        *("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"),
        *("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC"),
        *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"),
        *("TYPING_START", "INTERACTION_CREATE"),
    }
)
HEARTBEAT_TIMEOUT = 50.0
"""Seconds of silence after which a connection counts as broken; Discord beats every 41."""

LONGEST_PAUSE = 30.0


def intents() -> discord.Intents:
    """What the bot hears; of what Discord must allow first, only the content of messages."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        message_content=True,
        guild_typing=True,
        dm_typing=True,
    )


class Client(discord.AutoShardedClient):
    """A connection that hands every event on as it came, and keeps nothing itself."""

    def __init__(self, table: Discord, hear: Hear, lost: Callable[[], None]) -> None:
        super().__init__(
            intents=intents(),
            shard_count=None if table.shards == "auto" else table.shards,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.0,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            max_ratelimit_timeout=LONGEST_PAUSE,
        )
        self._lost = lost
        if table.rest_url or table.gateway_url:
            self.http = self._connection.http = Elsewhere(self.http, table)
        # Events are read as they are documented. discord.py's own reading of a malformed one
        # would end every connection, and its picture of a server weighs forty kilobytes.
        known, parsers = dict(self._connection.parsers), self._connection.parsers
        parsers.clear()
        for name in HEARD:
            parsers[name] = _heard(name, hear, known.get(name) if name in _KEPT else None)

    async def on_disconnect(self) -> None:
        """The connection is gone; another is being made."""
        self._lost()


_KEPT = frozenset({"READY", "RESUMED"})


def _heard(
    name: str, hear: Hear, also: Callable[[Any], None] | None
) -> Callable[[Mapping[str, Any]], None]:
    def parse(data: Mapping[str, Any]) -> None:
        if also is not None:
            also({**data, "guilds": []} if "guilds" in data else data)
        hear(name, data)

    return parse


class Elsewhere(HTTPClient):
    """Discord at another address: a proxy's, or a test's."""

    def __init__(self, like: HTTPClient, table: Discord) -> None:
        super().__init__(
            like.loop,
            like.connector or None,
            unsync_clock=not like.use_clock,
            max_ratelimit_timeout=like.max_ratelimit_timeout,
        )
        self._rest, self._gateway = table.rest_url, table.gateway_url

    async def request(self, route: Route, **options: Any) -> Any:
        """Ask there."""
        if self._rest and route.url.startswith(Route.BASE):
            route.url = self._rest + route.url.removeprefix(Route.BASE)
        return await super().request(route, **options)

    async def ws_connect(self, url: str, *, compress: int = 0) -> Any:
        """Connect there."""
        if self._gateway:
            url = str(yarl.URL(self._gateway).with_query(yarl.URL(url).query))
        return await super().ws_connect(url, compress=compress)
