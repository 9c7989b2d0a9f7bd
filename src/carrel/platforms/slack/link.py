"""The bot, logged in: its connection, made again whenever it ends, and where it catches up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.core.model import Conversation
from carrel.platforms.health import Health
from carrel.platforms.lanes import Lanes
from carrel.platforms.slack import places, reading
from carrel.platforms.slack.envelopes import Connection
from carrel.platforms.slack.faults import BadToken
from carrel.platforms.slack.hearing import Hearing
from carrel.platforms.slack.people import People
from carrel.platforms.slack.pressing import Presses
from carrel.platforms.slack.reading import Reader
from carrel.platforms.slack.sending import Pending
from carrel.platforms.slack.siding import Sides
from carrel.platforms.slack.wire import Me, Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Page, Refusal, RetryAfter
from carrel.ports.store import Cursor
from carrel.tasks import Tasks

Json = Mapping[str, Any]

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
KINDS = "public_channel,private_channel,mpim,im"

THREADS_FOR_S = 7 * 86_400.0
THREADS = 200
"""Threads that are looked into after a pause, the newest first, if somebody spoke there so lately.

Slack tells of news in an old thread nowhere else.
"""

_RIVAL = (
    "Another program listens with this app's token, and Slack gives each of them only a part of "
    "the messages: stop it, or make an app for Carrel alone."
)
_DISABLED = "Socket Mode is switched off in the app's settings; switch it on again."

log = structlog.get_logger(__name__)


class Link:
    """One bot that is logged in, for as long as its tokens are good."""

    def __init__(
        self, wire: Wire, me: Me, intake: Intake, clock: Clock, health: Health, sides: Sides,
        pending: Pending, dead: asyncio.Future[BadToken],
    ) -> None:  # fmt: skip
        self.wire, self.me = wire, me
        self._intake, self._clock, self._health = intake, clock, health
        self._dead, self._tasks = dead, Tasks(places.NAME)
        self._lanes = Lanes(clock, self._tasks)
        people = People(wire)
        self.reader = Reader(me, people)
        presses = Presses(wire, intake, me, people, pending, clock)
        self._hearing = Hearing(
            self.reader, presses, wire, intake, sides, health, self._lanes, clock, self._tasks,
            self._die,
        )  # fmt: skip

    def _die(self, error: BadToken) -> None:
        if not self._dead.done():
            self._dead.set_result(error)

    async def close(self) -> None:
        """End everything that was begun."""
        await self._tasks.close()
        self._health.over()

    async def serve(self) -> None:
        """Listen until cancelled. Raises BadToken, and nothing else."""
        listening = self._tasks.start(self._listen(), "listen")
        either: set[asyncio.Future[Any]] = {listening, self._dead}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
        raise self._dead.result()

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                planned = await self._connection(await self.wire.socket_url())
                pause = FIRST_PAUSE
                if planned:
                    self._health.over()
                    continue
                self._health.lost()
            except BadToken:
                raise
            except RetryAfter as wanted:
                pause = max(pause, wanted.seconds)
            except (Unavailable, Refusal) as error:
                self._health.lost()
                log.info("no connection", reason=str(error))
            await self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _connection(self, url: str) -> bool:
        """One connection, to its end; whether Slack had announced it."""
        begun: list[asyncio.Task[None]] = []

        def hello(listeners: int) -> None:
            self._tell_of(listeners)
            begun.append(self._tasks.start(self._begin(), "begin"))

        try:
            reason = await Connection(hello, self._hearing.take).run(self.wire, url)
        finally:
            self._lanes.shut()
            for task in begun:
                task.cancel()
        if reason == "link_disabled":
            self._health.complain("socket mode", _DISABLED)
            return False
        self._health.mended("socket mode")
        return bool(reason and begun)

    def _tell_of(self, listeners: int) -> None:
        if listeners > 1:
            self._health.complain("rival", _RIVAL)
        else:
            self._health.mended("rival")

    async def _begin(self) -> None:
        """What was missed goes before what is heard from now on."""
        await self._look_round()
        while True:
            try:
                await self._intake.catch_up(self.reader.source, self._health.gap)
                break
            except Unavailable as error:
                log.warning("cannot catch up", error=str(error))
                await self._clock.sleep(1.0)
        self._lanes.open()
        self._health.found()

    async def _look_round(self) -> None:
        """Where the bot is a member."""
        try:
            found = await self.wire.pages(
                "users.conversations", "channels", types=KINDS, exclude_archived=True
            )
        except (Refusal, Unavailable) as error:
            self._health.complain("members", f"What was missed may stay unheard: {error}.")
            return
        self._health.mended("members")
        known = {str(one["id"]): str(one.get("name") or "") for one in found}
        self._hearing.channels.clear()
        self._hearing.channels.update(known)

    def stale(self, cursors: tuple[Cursor, ...], since: float) -> tuple[Conversation, ...]:
        """Every channel of the bot's, and the threads in which somebody spoke lately."""
        channels = [places.place(one, None, self.me.team) for one in self._hearing.channels]
        threads = [
            places.place(one.conversation.channel, one.conversation.thread, self.me.team)
            for one in cursors
            if one.conversation.thread and _at(one) > since - THREADS_FOR_S
        ]
        return (*channels, *threads[:THREADS])

    async def history(self, conversation: Conversation, after: Cursor | None, since: float) -> Page:
        """What people said there; of a channel, also in the threads that began since."""
        channel, thread = places.spot(conversation)
        start = (places.said(after.message) or ("", ""))[1] if after is not None else ""
        start = start or f"{since:.6f}"
        found = await self.wire.said(channel, thread, start)
        said = list(found)
        for one in found if thread is None else ():
            if int(one.get("reply_count") or 0):
                said += await self.wire.said(channel, str(one["ts"]), start)
        told = {str(one["ts"]): one for one in said if reading.is_speech(one, self.me)}
        ordered = [told[stamp] for stamp in sorted(told, key=float)]
        messages = tuple([await self.reader.inbound(one, channel) for one in ordered])
        last = places.name_of(channel, str(found[-1]["ts"])) if found else None
        return Page(messages, Cursor(conversation, last) if last else None)


def _at(cursor: Cursor) -> float:
    """When it was said; where Carrel itself spoke first in a thread, when that began."""
    said = places.said(cursor.message)
    return float(said[1] if said else cursor.conversation.thread or 0)
