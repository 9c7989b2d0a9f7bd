"""What is to be shown, sent in order in each lane, tried again until it is shown or refused."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import structlog

from carrel.core import late
from carrel.core.errors import Unavailable
from carrel.core.messages import Gone, Mark, Notice, Outbound, Progress, WaitingCard, platform_of
from carrel.ports.clock import Clock
from carrel.ports.platform import NotSent, Platform, Refusal, RetryAfter
from carrel.ports.store import Row, Store
from carrel.tasks import Tasks

BATCH = 20
SEND_LIMIT = 30.0
IDLE = 30.0
SLOWEST_RETRY = 60.0
MOST_LATE = 1000
PASSING = (Progress, WaitingCard)
"""Cards that go by themselves: what is over before it is shown is not shown."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Lane:
    """One way out.

    `fleeting`: the newest body of what is not stored. `early`: when each progress card was first
    seen that is not shown yet.
    """

    platform: str
    rows: bool = False
    sending: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    fleeting: dict[str, Outbound] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    early: dict[str, float] = field(default_factory=dict)
    shown_at: float = float("-inf")
    failures: int = 0

    @property
    def busy(self) -> bool:
        """Whether something is on its way, or waits for another try."""
        return self.rows or self.sending or self.failures > 0


class Outbox:
    """A lane for each conversation with something to say, and one for its receipts.

    Stored rows go first and in order; a progress card only when its turn has lasted for
    `limits.card_after` seconds. Fleeting things (progress) edit what a row has shown, at most
    every `limits.edit_every` seconds; the newest replaces what was not sent yet. Lanes that are
    idle cost nothing. Replies that have waited for `max_age` seconds, and for an hour, are told of
    once and not sent.
    """

    def __init__(
        self,
        store: Store,
        platforms: dict[str, Platform],
        clock: Clock,
        max_age: float = math.inf,
    ) -> None:
        self._store, self._platforms, self._clock = store, platforms, clock
        self._late_after = max(max_age, late.LATE_AFTER)
        self._lanes: dict[str, _Lane] = {}
        self._tasks = Tasks("outbox")
        self._flushing = False

    async def start(self) -> None:
        """Take up what an earlier process left unsent."""
        for name in await self._store.lanes():
            self._rows(name)

    def wake(self, outbounds: Iterable[Outbound]) -> None:
        """These were stored."""
        for name in dict.fromkeys(outbound.lane for outbound in outbounds):
            self._rows(name)

    def show(self, outbound: Outbound) -> None:
        """Show something fleeting: it edits what was sent under its nonce, or is dropped."""
        lane = self._ring(outbound.lane)
        if lane is not None:
            lane.fleeting[outbound.nonce] = outbound

    async def flush(self, seconds: float) -> None:
        """Wait until everything is sent, at most `seconds`; no card is shown any more."""
        self._flushing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(lane.busy for lane in self._lanes.values()):
                    await self._clock.sleep(0.02)

    async def close(self) -> None:
        """Stop sending; what is unsent stays due."""
        await self._tasks.close()

    def _rows(self, name: str) -> None:
        lane = self._ring(name)
        if lane is not None:
            lane.rows = True

    def _ring(self, name: str) -> _Lane | None:
        """The lane, awake; None where no platform here can take what it carries."""
        platform = platform_of(name)
        if platform not in self._platforms:
            return None
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane(platform)
            self._tasks.start(self._run(name, lane), name)
        lane.wake.set()
        return lane

    async def _run(self, name: str, lane: _Lane) -> None:
        try:
            while await self._awake(lane):
                await self._pass(name, lane)
        finally:
            self._lanes.pop(name, None)

    async def _awake(self, lane: _Lane) -> bool:
        """Wait for rows, until an edit is allowed, or for an early card; False after a while.

        As long as a card is shown its lane stays: it alone knows what to edit.
        """
        edit = self._edit_allowed_in(lane) if lane.fleeting.keys() & lane.refs.keys() else IDLE
        card = self._card_due_in(lane)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(edit, card, IDLE)):
                await lane.wake.wait()
        woken = lane.wake.is_set()
        lane.wake.clear()
        lane.rows = lane.rows or self._card_due_in(lane) <= 0
        return woken or bool(lane.fleeting or lane.refs or lane.early)

    def _card_due_in(self, lane: _Lane) -> float:
        after = self._platforms[lane.platform].limits.card_after
        first = min(lane.early.values(), default=float("inf"))
        return first + after - self._clock.monotonic()

    def _edit_allowed_in(self, lane: _Lane) -> float:
        every = self._platforms[lane.platform].limits.edit_every
        return lane.shown_at + every - self._clock.monotonic()

    async def _pass(self, name: str, lane: _Lane) -> None:
        """Send everything due, then what is fleeting; come again if something failed."""
        try:
            await self._send_rows(name, lane)
            if lane.fleeting and self._edit_allowed_in(lane) <= 0:
                await self._send_fleeting(lane)
            if lane.failures:
                log.info("delivers again", lane=name)
            lane.failures = 0
        except RetryAfter as pause:
            await self._again(lane, pause.seconds)
        except Unavailable as error:
            lane.failures += 1
            if lane.failures == 1:
                log.warning("cannot deliver", lane=name, error=str(error))
            await self._again(lane, min(0.25 * 2**lane.failures, SLOWEST_RETRY))

    async def _send_rows(self, name: str, lane: _Lane) -> None:
        while lane.rows:
            lane.rows, lane.sending = False, True
            try:
                due = await self._store.due(name, BATCH)
                if any(map(self._is_late, due)):
                    lane.rows = True
                    await self._tell_late(name, lane)
                    continue
                lane.early = self._early(lane, due)
                for row in due:
                    if row.outbound.nonce not in lane.early:
                        lane.rows = True
                        await self._send(lane, row)
            finally:
                lane.sending = False

    def _is_late(self, row: Row) -> bool:
        """Whether it was said too long ago to be shown as if it were new."""
        age = self._clock.now() - row.at
        return row.ref is None and age > self._late_after and late.can_be_late(row.outbound)

    async def _tell_late(self, name: str, lane: _Lane) -> None:
        """The first of them goes as a summary of all; the others are set aside after it."""
        due = await self._store.due(name, MOST_LATE)
        rows = [row for row in due if self._is_late(row)]
        told = late.summary([(row.outbound, self._clock.now() - row.at) for row in rows])
        if await self._send(lane, rows[0], told):
            log.warning("too late to be sent", lane=name, replies=len(rows))
            for row in rows[1:]:
                await self._store.unsent(row, dead=True, unsure=False, error="too late")

    def _early(self, lane: _Lane, due: Iterable[Row]) -> dict[str, float]:
        """When each card was first seen that is not to be shown yet: most turns end before."""
        after, now = self._platforms[lane.platform].limits.card_after, self._clock.monotonic()
        cards = (r for r in due if isinstance(r.outbound.body, PASSING) and r.ref is None)
        seen = {r.outbound.nonce: lane.early.get(r.outbound.nonce, now) for r in cards}
        waits = after > 0 and self._flushing
        return {n: first for n, first in seen.items() if waits or now - first < after}

    async def _again(self, lane: _Lane, seconds: float) -> None:
        await self._clock.sleep(seconds)
        lane.rows = True
        lane.wake.set()

    async def _send(self, lane: _Lane, row: Row, instead: Outbound | None = None) -> bool:
        """One stored row, or what is shown in its place; whether the platform took it.

        The send is on record before it begins, its outcome after.
        """
        nonce, outbound = row.outbound.nonce, instead or row.outbound
        newest = lane.fleeting.pop(nonce, None)
        if newest is not None and isinstance(outbound.body, Progress):
            outbound, lane.shown_at = newest, self._clock.monotonic()
        platform = self._platforms[lane.platform]
        if not await self._store.sending(row):
            return False
        try:
            async with asyncio.timeout(SEND_LIMIT):
                receipt = await platform.send(outbound, row.ref, again=row.unsure)
        except Refusal as refusal:
            log.error("refused by the platform", nonce=nonce, error=str(refusal))
            await self._say_refused(platform, row.outbound, refusal)
            await self._store.unsent(row, dead=True, unsure=False, error=str(refusal))
            lane.refs.pop(nonce, None)
            return False
        except NotSent as error:
            await self._store.unsent(row, dead=False, unsure=row.unsure, error=str(error))
            raise
        except (Unavailable, TimeoutError) as error:
            await self._store.unsent(row, dead=False, unsure=True, error=str(error))
            raise Unavailable(f"{lane.platform} did not take it: {error}") from error
        except Exception as error:
            log.exception("a send broke", nonce=nonce)
            await self._store.unsent(row, dead=False, unsure=True, error=repr(error))
            raise Unavailable(f"{lane.platform} broke: {error!r}") from error
        await self._store.sent(row, receipt.ref, self._clock.now())
        self._remember(lane, row, receipt.ref)
        return True

    async def _say_refused(self, platform: Platform, outbound: Outbound, refusal: Refusal) -> None:
        """People are told that something cannot be shown; receipts and cards are not missed."""
        if isinstance(outbound.body, Mark | Progress | WaitingCard | Gone):
            return
        notice = Notice(f"Something could not be shown here: {refusal}", "error")
        told = replace(outbound, nonce=f"{outbound.nonce}.refused", body=notice)
        with contextlib.suppress(Refusal):
            await platform.send(told, None, again=True)

    def _remember(self, lane: _Lane, row: Row, ref: str) -> None:
        """Only cards are edited fleetingly; theirs are the references to keep."""
        if isinstance(row.outbound.body, Progress):
            lane.refs[row.outbound.nonce] = ref
        else:
            lane.refs.pop(row.outbound.nonce, None)

    async def _send_fleeting(self, lane: _Lane) -> None:
        platform = self._platforms[lane.platform]
        for nonce in lane.fleeting.keys() - lane.early.keys():
            outbound = lane.fleeting.pop(nonce)
            if nonce in lane.refs:
                await self._edit(platform, lane, outbound)
                lane.shown_at = self._clock.monotonic()

    async def _edit(self, platform: Platform, lane: _Lane, outbound: Outbound) -> None:
        """A lost edit of a card is no loss: the next one shows more."""
        nonce = outbound.nonce
        try:
            async with asyncio.timeout(SEND_LIMIT):
                await platform.send(outbound, lane.refs[nonce], again=False)
        except RetryAfter:
            lane.fleeting.setdefault(nonce, outbound)
            raise
        except Refusal as refusal:
            lane.refs.pop(nonce, None)
            log.info("progress is not shown any more", nonce=nonce, error=str(refusal))
        except Exception as error:  # noqa: BLE001 - whatever it is, a card is not worth a lane
            log.info("progress not shown", nonce=nonce, error=repr(error))
