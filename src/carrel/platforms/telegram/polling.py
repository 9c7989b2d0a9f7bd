"""The loop that asks for updates. What Telegram may forget is what is on disk here, and no more.

Telegram keeps an update until a later one is asked for, and gives it again until then: its offset
is the only one. So nothing is confirmed before everything that came with it is stored, an album is
waited for by asking again, and after a crash what was not confirmed comes once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.platforms.health import Health
from carrel.platforms.telegram.faults import BadToken, Contested
from carrel.platforms.telegram.wire import MOST, Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Refusal, RetryAfter

Json = Mapping[str, Any]
Take = Callable[[Sequence[Json]], Awaitable[None]]
"""Takes in one message, one album, or one of anything else. Unavailable: give it again."""

POLL_S = 30
ALBUM_S = 0.6
"""Seconds in which the next part of an album has come, if there is one."""

ALBUM_LOOKS = 5
ALBUM_PARTS = 10
"""The most that an album has."""

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
PATIENT_WITH = 3
"""Conflicts in a row that need no mention: a poll of our own before a crash makes one."""

HANG_UP_S = 2.0

log = structlog.get_logger(__name__)


class Poller:
    """Asks until it is cancelled."""

    def __init__(self, wire: Wire, clock: Clock, health: Health, take: Take) -> None:
        self._wire, self._clock, self._health, self._take = wire, clock, health, take
        self._offset: int | None = None
        self._taken: set[int] = set()
        self._failures = self._conflicts = 0

    async def run(self) -> None:
        """Ask and take in, until cancelled. Raises BadToken, and nothing else."""
        try:
            while True:
                try:
                    await self._round()
                except RetryAfter as pause:
                    await self._clock.sleep(pause.seconds)
                except BadToken:
                    raise
                except (Unavailable, Refusal) as error:
                    await self._failed(error)
        finally:
            await self._hang_up()

    async def _round(self) -> None:
        updates = await self._ask(POLL_S if self._health.connected else 0)
        updates = await self._with_albums(updates)
        await self._take_all(updates)
        self._failures = 0
        if updates:
            self._offset = int(updates[-1]["update_id"]) + 1
            self._taken.clear()

    async def _ask(self, wait: int) -> list[Json]:
        """What came; whether it can be had is the connection's health."""
        try:
            updates = await self._wire.updates(self._offset, wait)
        except (RetryAfter, BadToken):
            raise
        except Contested as error:
            self._conflicts += 1
            if self._conflicts > PATIENT_WITH or "webhook" in str(error):
                self._health.complain("contested", contested(str(error)))
            raise
        except (Unavailable, Refusal):
            self._health.lost()
            raise
        self._health.found()
        self._conflicts = 0
        self._health.mended("contested")
        return updates

    async def _failed(self, error: Exception) -> None:
        """Wait, ever longer: the network is away, or the store."""
        if self._failures == 0:
            log.warning("updates are not taken in, tried again", error=str(error))
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1
        await self._clock.sleep(pause)

    async def _with_albums(self, updates: list[Json]) -> list[Json]:
        """Once no album in it grows any more; one that a full list cuts comes later."""
        for _ in range(ALBUM_LOOKS):
            parts = self._parts(updates)
            if not parts or len(updates) >= MOST:
                break
            await self._clock.sleep(ALBUM_S)
            updates = await self._ask(0)
            if self._parts(updates) == parts:
                break
        return _without_cut_albums(updates)

    def _parts(self, updates: Sequence[Json]) -> int:
        """How many parts of albums are to be taken in."""
        return sum(
            _album_of(one) is not None and int(one["update_id"]) not in self._taken
            for one in updates
        )

    async def _take_all(self, updates: Sequence[Json]) -> None:
        """Chats side by side, each in its order. Unavailable when any was not taken in."""
        lanes: dict[int, list[list[Json]]] = {}
        for update in updates:
            lane, album = lanes.setdefault(_chat_of(update), []), _album_of(update)
            begun = [one for one in lane if album is not None and _album_of(one[0]) == album]
            if begun:
                begun[0].append(update)
            else:
                lane.append([update])
        failures = await asyncio.gather(*map(self._take_lane, lanes.values()))
        for failure in failures:
            if failure is not None:
                raise failure

    async def _take_lane(self, lane: Sequence[Sequence[Json]]) -> Unavailable | None:
        for updates in lane:
            numbers = {int(update["update_id"]) for update in updates}
            if numbers <= self._taken:
                continue
            try:
                await self._take(updates)
            except Unavailable as error:
                return error
            except Exception:
                log.exception("an update could not be read", numbers=sorted(numbers))
            self._taken |= numbers
        return None

    async def _hang_up(self) -> None:
        """Confirm what is taken in, so that the next start need not hear it again."""
        if self._offset is not None:
            with suppress(Unavailable, Refusal, TimeoutError):
                async with asyncio.timeout(HANG_UP_S):
                    await self._wire.updates(self._offset, 0, most=1)


def contested(why: str) -> str:
    """What the operator must do about it."""
    if "webhook" in why:
        return (
            "A webhook gets this bot's messages: take it away with Telegram's deleteWebhook, or "
            "give Carrel a bot of its own."
        )
    return (
        "Another program asks for this bot's messages: stop it, or ask @BotFather for another bot."
    )


def _message_of(update: Json) -> Json:
    query = update.get("callback_query") or {}
    other = update.get("edited_message") or update.get("my_chat_member") or query.get("message")
    found: Json = update.get("message") or other or {}
    return found


def _chat_of(update: Json) -> int:
    try:
        return int(_message_of(update)["chat"]["id"])
    except (LookupError, TypeError, ValueError):
        return 0


def _album_of(update: Json) -> str | None:
    message = update.get("message")
    return str(message["media_group_id"]) if message and "media_group_id" in message else None


def _without_cut_albums(updates: list[Json]) -> list[Json]:
    """Of a full list, which may end within albums, what is before the last of them.

    The rest comes again: what is confirmed has no gaps.
    """
    end = len(updates) - ALBUM_PARTS if len(updates) >= MOST else len(updates)
    while True:
        behind = {_album_of(one) for one in updates[end:]} - {None}
        over = [at for at, one in enumerate(updates[:end]) if _album_of(one) in behind]
        if not over:
            return updates[:end] or updates
        end = over[0]
