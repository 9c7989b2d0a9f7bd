"""What is to be shown, sent in order per conversation, tried again until it is shown or refused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Gone, Mark, Notice, Outbound, Progress
from carrel.core.model import Conversation
from carrel.ports.clock import Clock
from carrel.ports.platform import Platform, Refusal, RetryAfter
from carrel.ports.store import Row, Store
from carrel.runtime.tasks import Tasks

BATCH = 20
SEND_LIMIT = 30.0
IDLE = 30.0
SLOWEST_RETRY = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Lane:
    """One conversation's way out. `fleeting` holds the newest body of what is not stored."""

    platform: str
    rows: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    fleeting: dict[str, Outbound] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    shown_at: float = float("-inf")
    failures: int = 0


class Outbox:
    """A lane per conversation with something to say; lanes that are idle cost nothing.

    Stored rows go first and in order. Fleeting ones (progress) edit what a row has shown, at
    most every `limits.edit_every` seconds; the newest replaces what was not sent yet.
    """

    def __init__(self, store: Store, platforms: dict[str, Platform], clock: Clock) -> None:
        self._store, self._platforms, self._clock = store, platforms, clock
        self._lanes: dict[str, _Lane] = {}
        self._tasks = Tasks("outbox")

    async def start(self) -> None:
        """Take up what an earlier process left unsent."""
        for address, platform in await self._undelivered():
            self._rows(address, platform)

    def wake(self, conversations: Iterable[Conversation]) -> None:
        """Rows for these conversations were stored."""
        for conversation in conversations:
            self._rows(conversation.address, conversation.platform)

    def show(self, outbound: Outbound) -> None:
        """Show something fleeting: it edits what was sent under its nonce, or is dropped."""
        lane = self._ring(outbound.conversation.address, outbound.conversation.platform)
        if lane is not None:
            lane.fleeting[outbound.nonce] = outbound

    async def flush(self, seconds: float) -> None:
        """Wait until nothing is due any more, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self._undelivered():
                    await self._clock.sleep(0.02)

    async def close(self) -> None:
        """Stop sending; what is unsent stays due."""
        await self._tasks.close()

    async def _undelivered(self) -> list[tuple[str, str]]:
        """Where something is due, with its platform; what no platform here can take is left."""
        addresses = await self._store.destinations()
        places = [(address, unquote(address.partition(":")[0])) for address in addresses]
        return [(address, platform) for address, platform in places if platform in self._platforms]

    def _rows(self, address: str, platform: str) -> None:
        lane = self._ring(address, platform)
        if lane is not None:
            lane.rows = True

    def _ring(self, address: str, platform: str) -> _Lane | None:
        if platform not in self._platforms:
            return None
        lane = self._lanes.get(address)
        if lane is None:
            lane = self._lanes[address] = _Lane(platform)
            self._tasks.start(self._run(address, lane), address)
        lane.wake.set()
        return lane

    async def _run(self, address: str, lane: _Lane) -> None:
        try:
            while await self._awake(lane):
                await self._pass(address, lane)
        finally:
            self._lanes.pop(address, None)

    async def _awake(self, lane: _Lane) -> bool:
        """Wait for rows, or until an edit is allowed; False after a while without either.

        As long as a card is shown its lane stays: it alone knows what to edit.
        """
        wait = self._edit_allowed_in(lane) if lane.fleeting else IDLE
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(lane.wake.wait(), max(wait, 0))
        woken = lane.wake.is_set()
        lane.wake.clear()
        return woken or bool(lane.fleeting or lane.refs)

    def _edit_allowed_in(self, lane: _Lane) -> float:
        every = self._platforms[lane.platform].limits.edit_every
        return lane.shown_at + every - self._clock.monotonic()

    async def _pass(self, address: str, lane: _Lane) -> None:
        """Send everything due, then what is fleeting; come again if something failed."""
        try:
            await self._send_rows(address, lane)
            if lane.fleeting and self._edit_allowed_in(lane) <= 0:
                await self._send_fleeting(lane)
            if lane.failures:
                log.info("delivers again", conversation=address)
            lane.failures = 0
        except RetryAfter as pause:
            await self._again(lane, pause.seconds)
        except Unavailable as error:
            lane.failures += 1
            if lane.failures == 1:
                log.warning("cannot deliver", conversation=address, error=str(error))
            await self._again(lane, min(0.25 * 2**lane.failures, SLOWEST_RETRY))

    async def _send_rows(self, address: str, lane: _Lane) -> None:
        while lane.rows:
            lane.rows = False
            for row in await self._store.due(address, BATCH):
                lane.rows = True
                await self._send(lane, row)

    async def _again(self, lane: _Lane, seconds: float) -> None:
        await self._clock.sleep(seconds)
        lane.rows = True
        lane.wake.set()

    async def _send(self, lane: _Lane, row: Row) -> None:
        """One stored row. The send is on record before it begins, its outcome after."""
        nonce = row.outbound.nonce
        lane.fleeting.pop(nonce, None)
        platform = self._platforms[lane.platform]
        if not await self._store.sending(row):
            return
        try:
            async with asyncio.timeout(SEND_LIMIT):
                receipt = await platform.send(row.outbound, row.ref, again=row.unsure)
        except Refusal as refusal:
            log.error("refused by the platform", nonce=nonce, error=str(refusal))
            await self._say_refused(platform, row.outbound, refusal)
            await self._store.unsent(row, dead=True, unsure=False, error=str(refusal))
            lane.refs.pop(nonce, None)
            return
        except RetryAfter:
            await self._store.unsent(row, dead=False, unsure=row.unsure, error="retry after")
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

    async def _say_refused(self, platform: Platform, outbound: Outbound, refusal: Refusal) -> None:
        """People are told that something cannot be shown; receipts and cards are not missed."""
        if isinstance(outbound.body, Mark | Progress | Gone):
            return
        notice = Notice(f"Something could not be shown here: {refusal}", "error")
        told = replace(outbound, nonce=f"{outbound.nonce}.refused", body=notice)
        with contextlib.suppress(Refusal):
            await platform.send(told, None, again=True)

    def _remember(self, lane: _Lane, row: Row, ref: str) -> None:
        """Only cards are edited fleetingly; theirs are the references to keep."""
        if row.outbound.body.kind == "progress":
            lane.refs[row.outbound.nonce] = ref
        else:
            lane.refs.pop(row.outbound.nonce, None)

    async def _send_fleeting(self, lane: _Lane) -> None:
        platform = self._platforms[lane.platform]
        for nonce in tuple(lane.fleeting):
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
