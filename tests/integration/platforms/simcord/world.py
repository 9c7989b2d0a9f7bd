"""The adapter's parts on SimCord: a Discord inside this process that others have written.

SimCord puts its own HTTP client into discord.py, logs the client in, and gives its events straight
to the client's parsers. What the adapter does with its parts in `DiscordPlatform.run` is done here
at the same moments, without a socket.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.types import HttpLogEntry

from carrel.core.messages import Body, Outbound
from carrel.core.model import Conversation
from carrel.platforms.discord import KIND
from carrel.platforms.discord.link import Link
from carrel.platforms.discord.settings import Discord
from carrel.platforms.discord.slash import EVERYWHERE, IN_SERVERS
from carrel.ports.platform import PlatformParts, Receipt, Verdict
from carrel.testing.platform_conformance import Gateway

MAX_FILE = 5_000_000


@dataclass
class Clock:
    """SimCord's time, once there is a SimCord."""

    env: simcord.Env | None = None

    def now(self) -> float:
        return 0.0 if self.env is None else self.env.now().timestamp()

    def monotonic(self) -> float:
        return 0.0 if self.env is None else self.env.backend.clock.elapsed

    async def sleep(self, seconds: float) -> None:
        """In the bot's tasks SimCord counts these seconds, not the machine."""
        await asyncio.sleep(max(seconds, 0.0))


@dataclass
class Way(Gateway):
    """The intake; `slow`: the store does not answer. `since`: from when it was to catch up."""

    env: simcord.Env | None = None
    slow: bool = False
    since: list[float | None] = field(default_factory=list)

    async def accept(self, inbound: Any) -> Verdict:
        verdict = await super().accept(inbound)
        if self.slow:
            await self.env.external_wait(asyncio.Event().wait(), reason="the store is slow")
        return verdict

    async def catch_up(self, source: str, since: float | None = None) -> None:
        await super().catch_up(source, since)
        self.since.append(since)


class Door:
    """What SimCord's HTTP lacks of Discord's: commands cannot be read, and a form has no files."""

    def __init__(self, env: simcord.Env) -> None:
        self._env = env

    async def request(self, route: discord.http.Route, **options: Any) -> Any:
        if route.method == "GET" and route.path in (EVERYWHERE, IN_SERVERS):
            return list(self._env.backend.commands.get(route.guild_id, {}).values())
        if "form" in options:
            sent = [part for part in options["form"] if "filename" in part]
            options["files"] = [
                discord.File(io.BytesIO(part["value"]), part["filename"]) for part in sent
            ]
        return await self._env.bot.http.request(route, **options)


class Unhurried(asyncio.Queue[int]):
    """The threads to join. SimCord must be told that to wait for one is no work to be done."""

    def __init__(self, env: simcord.Env) -> None:
        super().__init__()
        self._env = env

    async def get(self) -> int:
        return await self._env.external_wait(super().get(), reason="no thread is to be joined")


class Connected:
    """One process of the bot: a platform, and the Link that its `run` would make."""

    def __init__(self, clock: Clock, way: Way, folder: Path, shards: int) -> None:
        parts = PlatformParts(folder, folder, clock, MAX_FILE, {}, lambda _: None)
        table = Discord(shards=shards)
        self.platform = it = KIND.build(table, parts)
        self.link = Link(table, way, clock, it._health, it._shows, it._pending)
        self.client = self.link._client
        self.client.login = self._log_in
        self._clock = clock

    async def _log_in(self, token: str) -> None:
        """SimCord has put its HTTP client in place of the one that Wire was given before."""
        del self.client.login
        env = self._clock.env
        self.link.wire._http = Door(env)
        self.link._to_join = Unhurried(env)
        await self.link.log_in(token)
        self.platform._link = self.link
        self.platform._there.set()

    async def close(self) -> None:
        """As at the end of `run`."""
        self.platform._there.clear()
        self.platform._link = None
        await self.link.close()
        await self.platform._downloads.close()


class Place(Conversation):
    """A Conversation that is equal only to one round which the same lies, and where as many hear.

    For a Conversation that is no part of being equal.
    """

    __slots__ = ()
    __hash__ = Conversation.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Conversation) and self._all(self) == self._all(other)

    @staticmethod
    def _all(one: Conversation) -> tuple[Any, ...]:
        return one.platform, one.channel, one.thread, one.within, one.direct


class World:
    """One server with Ada, who has a role, and with the bot."""

    def __init__(self, folder: Path, shards: int = 1) -> None:
        self._folder, self._shards = folder, shards
        self._clock, self.way = Clock(), Way()
        self.connected = self._new()
        self.env = simcord.Env(self.connected.client)
        self._clock.env = self.way.env = self.env

    def _new(self) -> Connected:
        return Connected(self._clock, self.way, self._folder, self._shards)

    async def open(self) -> None:
        await self.env.start()
        self.home = self.env.create_guild("home")
        self.crew = self.home.create_role("crew")
        self.general = self.home.create_text_channel("general")
        ada = self.env.create_user("ada", global_name="Ada")
        self.ada = self.home.add_member(ada, roles=[self.crew])
        await self.env.settle()

    async def close(self) -> None:
        await self.connected.close()
        await self.env.shutdown()
        self.env.raise_errors()

    async def restart(self) -> None:
        """The bot ends; the same bot begins as a new process."""
        await self.connected.close()
        self.connected = self._new()
        await self.env.restart_bot(self.connected.client)

    async def line(self, *, up: bool) -> None:
        """Cut the connection, or let it come back.

        Of discord.py's two events of a cut SimCord gives only one; and it gives what comes with a
        new connection outside the scope in which it keeps account of the bot's tasks.
        """
        shard = self.connected.client.get_shard(0)
        if up:
            with self.env._bot_scope():
                await shard.reconnect()
            await self.env.settle()
        else:
            await shard.disconnect()
            self.connected.client.dispatch("disconnect")
            await until(lambda: not self.connected.platform.listening)

    # What the tests say.

    @property
    def me(self) -> int:
        return self.env.backend.bot_user.id

    @property
    def source(self) -> str:
        return f"discord:{self.me}"

    def place(self, channel: Any, *within: Any) -> Place:
        """`channel` as the adapter must name it; `within`: what lies round it, the server last."""
        return Place("discord", str(channel.id), within=tuple(str(one.id) for one in within))

    @property
    def alone(self) -> Place:
        """Ada's direct conversation with the bot."""
        return Place("discord", str(self.ada.user.dm_channel.id), direct=True)

    def thread(self, parent: Any, owner: int, name: str = "a thread", kind: int = 11) -> Any:
        """SimCord lets nobody but the bot make threads by its public verbs."""
        backend = self.env.backend
        made = backend.create_thread(parent.id, name, owner, type=kind)
        return simcord.ChannelHandle(self.env, self.home, made)

    def post(self, forum: Any, owner: int, name: str) -> Any:
        """A forum's post without the remark about it, which SimCord would put into the forum."""
        backend = self.env.backend
        made = backend.create_thread(forum.id, name, owner, broadcast=False)
        backend.announce_thread_create(made)
        return simcord.ChannelHandle(self.env, self.home, made)

    async def show(
        self, channel: Any, nonce: str, body: Body, ref: str | None = None, *, again: bool = False
    ) -> Receipt:
        """Send as the outbox does, and let what comes back of it be heard."""
        outbound = Outbound(nonce, self.place(channel), body)
        receipt = await self.connected.platform.send(outbound, ref, again=again)
        await self.env.settle()
        return receipt

    def asked(self, method: str, ending: str) -> list[HttpLogEntry]:
        """The requests of one kind that SimCord was sent."""
        log = self.env.http_requests
        return [one for one in log if one.method == method and one.path.endswith(ending)]


async def until(condition: Callable[[], bool]) -> None:
    """For what runs beside SimCord, which it cannot settle."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("it did not come to that")
