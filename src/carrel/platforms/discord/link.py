"""One connection of the bot: from its token to its end, with all that lives as long as it does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.model import Conversation
from carrel.platforms.discord.atlas import NAME, SPOKEN_IN, Atlas, number_of, snowflake_at
from carrel.platforms.discord.client import Client
from carrel.platforms.discord.hearing import Hearing
from carrel.platforms.discord.pressing import Pending, Presses
from carrel.platforms.discord.reading import Reader
from carrel.platforms.discord.sending import Shows
from carrel.platforms.discord.settings import Discord
from carrel.platforms.discord.slash import Slash
from carrel.platforms.discord.wire import Wire
from carrel.platforms.health import Health
from carrel.platforms.lanes import Lanes
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal
from carrel.ports.store import Cursor
from carrel.tasks import Tasks

SERVERS_WITHIN = 5.0
"""Seconds that servers may take to be told after READY; one in an outage is not waited for."""

CLOSED_WITHIN = 3.0
JOINS_AT_ONCE = 4
MARGIN = 600.0
"""Seconds before a gap that are read too, and before a thread was joined: to hear twice is free,
and this machine's clock may be ahead of Discord's."""

MOST_UNKNOWN = 50

log = structlog.get_logger(__name__)


class Link:
    """Everything between the token and the intake, while the platform runs."""

    def __init__(
        self,
        table: Discord,
        intake: Intake,
        clock: Clock,
        health: Health,
        shows: Shows,
        pending: Pending,
    ) -> None:
        self._intake, self._clock, self._health = intake, clock, health
        self._tasks = tasks = Tasks(NAME)
        self._client = Client(table, self._hear, health.lost)
        self.wire = Wire(self._client.http, tasks)
        self._lanes = Lanes(clock, tasks)
        self._shows, self._pending = shows, pending
        self._awaited: dict[int, set[int]] = {}
        self._announced: set[int] = set()
        self._arrived = asyncio.Event()
        self._asking = asyncio.Lock()
        self._everywhere = self._distrust = self._looks_again = False
        self._looks = 0
        self._suspects: set[int] = set()
        self._to_join: asyncio.Queue[int] = asyncio.Queue()

    async def log_in(self, token: str) -> None:
        """Learn who the bot is; raises what discord.py raises."""
        await self._client.login(token)
        user = self._client.user
        if user is None:
            raise Unavailable("Discord did not say who the bot is.")
        self.source = f"{NAME}:{user.id}"
        self.atlas = Atlas(user.id)
        self.reader = Reader(self.atlas, self.source)
        application = int(self._client.application_id or user.id)
        self._slash = Slash(self.wire, application, self._health)
        presses = Presses(self.atlas, self.wire, self._intake, self._pending, self.source)
        self._hearing = Hearing(
            atlas=self.atlas,
            reader=self.reader,
            lanes=self._lanes,
            wire=self.wire,
            intake=self._intake,
            presses=presses,
            health=self._health,
            source=self.source,
            tasks=self._tasks,
            is_ours=self._shows.knows,
            refuse=self._refuse,
            joined=self._to_join.put_nowait,
            missed=self._missed,
        )
        for _ in range(JOINS_AT_ONCE):
            self._tasks.start(self._join(), "join")

    async def serve(self) -> None:
        """Listen until the connection ends for good; raises why.

        discord.py drops a cancellation that comes while it connects anew: `close` ends it.
        """
        connection = self._tasks.start(self._connected(), "connection")
        await asyncio.wait({connection})
        if error := connection.result():
            raise error

    async def _connected(self) -> Exception | None:
        try:
            await self._client.connect()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the end
            return error
        return None

    async def close(self) -> None:
        """Hang up; Discord need not hear of it."""
        self._health.over()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSED_WITHIN):
                await self._client.close()
        await self._tasks.close()

    async def _refuse(self, inbound: Inbound, reason: str) -> None:
        """Tell a sender why their message was not taken; nothing of it is stored."""
        said = inbound.message_id
        body = Notice(reason, "warning", reply_to=said)
        notice = Outbound(f"{said}.refused", inbound.conversation, body)
        try:
            await self._shows.send(self.wire, notice, None, again=False)
        except (Refusal, Unavailable) as error:
            log.info("a refusal could not be told", reason=str(error))

    # The connection.

    def _hear(self, name: str, data: Mapping[str, Any]) -> None:
        match name:
            case "READY":
                self._health.found()
                self._lanes.shut()
                shard = int((data.get("shard") or [0])[0])
                servers = {int(server["id"]) for server in data.get("guilds", ())}
                self._announced |= servers
                self._awaited[shard] = set(servers)
                self._tasks.start(self._greet(shard, servers), "greet")
            case "RESUMED":
                self._health.found()
                # nothing is lost, but threads are silent until they are joined again
                self._join_threads(set(self.atlas.servers))
            case "GUILD_CREATE":
                self._hearing.hear(name, data)
                self._came(int(data["id"]))
            case _:
                self._hearing.hear(name, data)

    def _came(self, server: int) -> None:
        """A server is told: one of those that READY has announced, early or late, or a new one."""
        for left in self._awaited.values():
            left.discard(server)
        self._arrived.set()
        if server in self._announced:
            self._announced.discard(server)
            if not self._awaited:
                self._tasks.start(self._look_into([server]), "late")
        else:
            self._health.mended(f"left {server}")
            self._tasks.start(self._welcome([server]), "welcome")

    async def _greet(self, shard: int, servers: set[int]) -> None:
        """After READY: wait for the servers, then let what was missed go first."""
        awaited = self._awaited[shard]
        try:
            async with asyncio.timeout(SERVERS_WITHIN):
                while awaited:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            log.warning("servers are not told of", count=len(awaited))
        if self._awaited.get(shard) is awaited:  # and it was not greeted anew meanwhile
            del self._awaited[shard]
            await self._look_into(servers - awaited)

    async def _look_into(self, servers: Iterable[int]) -> None:
        gap = self._health.gap
        await self._catch_up(None if gap is None else gap - MARGIN, everywhere=True)
        await self._welcome(servers)

    async def _welcome(self, servers: Iterable[int]) -> None:
        wanted = set(servers)
        self._join_threads(wanted)
        await self._slash.register(sorted(wanted))

    async def _catch_up(
        self, since: float | None, *, everywhere: bool = False, distrust: bool = False
    ) -> None:
        """Find out what was missed. Once nothing more is to be found out, newer things come in."""
        self._looks += 1
        try:
            async with self._asking:
                self._looks_again = self._looks_again and not distrust
                await self._ask(since, everywhere=everywhere, distrust=distrust)
        finally:
            self._looks -= 1
        if not (self._awaited or self._looks or self._looks_again):
            self._lanes.open()

    async def _ask(self, since: float | None, *, everywhere: bool, distrust: bool) -> None:
        """Have the intake ask `stale`. The store may be away; then nothing is let in before."""
        pause = 0.25
        while True:
            self._everywhere, self._distrust = everywhere, distrust
            try:
                return await self._intake.catch_up(self.source, since)
            except Unavailable as error:
                log.warning("cannot find out what was missed", error=str(error))
                await self._clock.sleep(pause)
                pause = min(2 * pause, 30.0)
            except Exception:
                # a bot that hears nothing any more is worse than one that has missed something
                log.exception("what was missed is not known", source=self.source)
                return None

    def _missed(self) -> None:
        """Something came and was lost: conversations in use are read again, before all newer."""
        self._lanes.shut()
        if not self._looks_again:
            self._looks_again = True  # until it begins: once for all that was lost before
            again = self._catch_up(self._clock.now() - MARGIN, distrust=True)
            self._tasks.start(again, "missed")

    # Threads.

    def _join_threads(self, servers: set[int]) -> None:
        for thread in self.atlas.threads():
            here = thread.server in servers and not thread.archived
            if here and self._intake.answers(self.atlas.conversation(thread)):
                self._to_join.put_nowait(thread.id)

    async def _join(self) -> None:
        """Join what is to be joined; whatever was said there before could not be heard."""
        while True:
            thread = await self._to_join.get()
            try:
                await self.wire.join(str(thread))
            except (Refusal, Unavailable) as error:
                log.info("a thread was not joined", thread=thread, reason=str(error))
                continue
            self._suspects.add(thread)
            if self._to_join.empty():
                await self._catch_up(self._joined_since())

    def _joined_since(self) -> float:
        gap, now = self._health.gap, self._clock.now()
        return (now if gap is None else gap) - MARGIN

    # What the intake asks.

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Conversations with news: by their newest message, or because they could not be heard."""
        known = {cursor.conversation.channel: number_of(cursor) or 0 for cursor in cursors}
        suspects, self._suspects = self._suspects, set()
        since_id, looks = snowflake_at(since), self._everywhere or self._distrust
        places = [
            place
            for place in self.atlas.places.values()
            if place.kind in SPOKEN_IN
            and (
                place.id in suspects
                or (looks and place.newest > (known.get(str(place.id)) or since_id))
                or (self._distrust and (str(place.id) in known or place.id > since_id))
            )
        ]
        return (*map(self.atlas.conversation, places), *self._unlisted(cursors))

    def _unlisted(self, cursors: tuple[Cursor, ...]) -> Iterable[Conversation]:
        """Direct conversations, and places that are not there: deleted, asleep, or out of sight."""
        there = {str(place) for place in self.atlas.places}
        absent = [c.conversation for c in cursors if c.conversation.channel not in there]
        direct = [place for place in absent if place.direct]
        others = [place for place in absent if not place.direct]
        return (
            *(direct if self._everywhere or self._distrust else ()),
            *(others[:MOST_UNKNOWN] if self._everywhere else ()),
        )
