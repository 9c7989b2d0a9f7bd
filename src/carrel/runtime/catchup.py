"""Reads what was said while nobody listened, and lets nothing newer pass before it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender
from carrel.ports.clock import Clock
from carrel.ports.platform import Page, Platform, Refusal, Vanished, Verdict
from carrel.ports.store import Cursor, Store
from carrel.runtime.intake import Intake
from carrel.tasks import Tasks

AT_ONCE = 4
"""So many conversations are read side by side: the network has other things to do as well."""

TICK = 30.0
"""Seconds between two notes that the source is listened to."""

AHEAD = 600.0
"""Seconds by which this machine's clock may be ahead of the network's; to hear twice is free."""

LIVE = 60.0
"""Seconds after which what a network gives late is no longer taken for new."""

ACTIVE_FOR = 3600.0
MOST_ACTIVE = 500
"""Events are hints, the history is the truth: conversations in use are read again and again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Missed:
    """A conversation to be read: after a message, or where none is known, from a time on.

    `again`: something may have been missed there once more while it was being read.
    """

    place: Conversation
    after: Cursor | None
    since: float
    again: bool = False


class CatchUp:
    """A platform's way in. What it hears live goes on to the intake; so does what it missed.

    What is older than `max_age` seconds is not answered unasked: a card asks. `every` so many
    seconds, conversations in use are read again.
    """

    def __init__(
        self,
        platform: Platform,
        intake: Intake,
        store: Store,
        clock: Clock,
        max_age: float,
        every: float,
    ) -> None:
        self._platform, self._intake, self._store, self._clock = platform, intake, store, clock
        self._max_age, self._every = max_age, every
        self._source = ""
        self._began = clock.now()
        self._before: float | None = None
        self._stale: OrderedDict[str, _Missed] = OrderedDict()
        self._reading: dict[str, asyncio.Lock] = {}
        self._active: OrderedDict[str, tuple[Conversation, float]] = OrderedDict()
        self._swept = clock.monotonic()
        self._tasks = Tasks(f"catch-up {platform.name}")

    async def run(self) -> None:
        """Run the platform until cancelled; raises what it raises."""
        self._tasks.start(self._tick(), "tick")
        try:
            await self._platform.run(self)
        finally:
            await self._tasks.close()

    async def accept(self, inbound: Inbound) -> Verdict:
        """Take in a message that was heard live, after what was missed before it.

        What a network says is new is taken as new, whatever its clock shows; but where it
        `gives_late`, it is held like what was missed.
        """
        await self._read_first(inbound.conversation)
        late = self._platform.limits.gives_late and self._age(inbound) > max(self._max_age, LIVE)
        verdict = await self._take_in(inbound, late=late)
        if verdict.outcome in ("accepted", "duplicate"):
            self._note(inbound.conversation)
        return verdict

    def _age(self, inbound: Inbound) -> float:
        return self._clock.now() - inbound.at

    async def _take_in(self, inbound: Inbound, *, late: bool) -> Verdict:
        return await (self._intake.hold if late else self._intake.accept)(inbound)

    async def amend(self, inbound: Inbound) -> Verdict:
        """Change what still waits."""
        await self._read_first(inbound.conversation)
        return await self._intake.amend(inbound)

    async def retract(self, source: str, message: str, conversation: Conversation) -> None:
        """Drop what still waits."""
        await self._intake.retract(source, message, conversation)

    async def vanish(self, conversation: Conversation) -> None:
        """End the sessions of a place that was deleted; there is nothing to catch up with."""
        self._forget(conversation)
        await self._intake.vanish(conversation)
        await self._store.drop_cursor(self._source, conversation)

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        """Have an engine ready."""
        await self._intake.expect(conversation, sender)

    async def complete(
        self, conversation: Conversation, sender: Sender, command: str, argument: str, typed: str
    ) -> tuple[tuple[str, str], ...]:
        """What may follow in an argument."""
        return await self._intake.complete(conversation, sender, command, argument, typed)

    def answers(self, conversation: Conversation) -> bool:
        """Whether anything that is said there may be answered."""
        return self._intake.answers(conversation)

    async def catch_up(self, source: str, since: float | None = None) -> None:
        """Find out where something was missed; from here on it goes before anything newer.

        Returns once that is known; it is read in the background.
        """
        self._source = source
        if self._before is None:
            listened = await self._store.listened(source)
            self._before = self._began if listened is None else listened - AHEAD
        since = self._before if since is None else since
        cursors = await self._store.cursors(source)
        known = {cursor.conversation.address: cursor for cursor in cursors}
        for place in self._platform.stale(cursors, since):
            if self.answers(place):
                self._mark(_Missed(place, known.get(place.address), since))
        await self._store.listening(source, self._clock.now())
        self._tasks.start(self._read_stale(), "read")

    def _mark(self, missed: _Missed) -> None:
        """It is to be read; what is being read already is read on from where that has come to."""
        address = missed.place.address
        known = self._stale.get(address)
        self._stale[address] = missed if known is None else replace(known, again=True)

    async def _read_stale(self) -> None:
        places = [missed.place for missed in self._stale.values()]
        if places:
            log.info("catching up", source=self._source, conversations=len(places))
        await self._read_all(places)

    async def _read_all(self, places: Iterable[Conversation]) -> None:
        """A failure is left to the next message there, or to the next sweep."""
        left = list(places)

        async def worker() -> None:
            while left:
                place = left.pop(0)
                try:
                    await self._read_first(place)
                except Unavailable as error:
                    log.warning("cannot catch up", conversation=place.address, error=str(error))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(left))):
                group.create_task(worker())

    async def _read_first(self, place: Conversation) -> None:
        """Read what was missed there, if anything was; whoever comes second waits."""
        address = place.address
        if address not in self._stale:
            return
        async with self._reading.setdefault(address, asyncio.Lock()):
            while missed := self._stale.get(address):
                await self._read_page(missed)
        self._reading.pop(address, None)

    async def _read_page(self, missed: _Missed) -> None:
        place = missed.place
        try:
            page = await self._platform.history(place, missed.after, missed.since)
        except Refusal as refusal:
            await self._refused(place, refusal)
            return
        await self._offer(page)
        if page.cursor is not None:
            await self._store.move_cursor(self._source, page.cursor, self._clock.now())
        now = self._stale.get(place.address, missed)
        if page.more or now.again:
            after = page.cursor or missed.after
            self._stale[place.address] = replace(missed, after=after, again=False)
        else:
            self._stale.pop(place.address, None)

    async def _refused(self, place: Conversation, refusal: Refusal) -> None:
        log.info("not caught up", conversation=place.address, reason=str(refusal))
        if isinstance(refusal, Vanished):
            await self.vanish(place)
        self._forget(place)
        await self._store.drop_cursor(self._source, place)

    async def _offer(self, page: Page) -> None:
        for inbound in page.messages:
            late = self._age(inbound) > self._max_age
            verdict = await self._take_in(inbound, late=late)
            if verdict.outcome == "accepted":
                log.info("caught up", message=inbound.message_id, late=late)
                self._note(inbound.conversation)

    def _note(self, place: Conversation) -> None:
        """The conversation is in use."""
        self._active.pop(place.address, None)
        self._active[place.address] = (place, self._clock.monotonic())
        while len(self._active) > MOST_ACTIVE:
            self._active.popitem(last=False)

    def _forget(self, place: Conversation) -> None:
        self._stale.pop(place.address, None)
        self._active.pop(place.address, None)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK)
            if self._source and self._platform.listening:
                try:
                    await self._store.listening(self._source, self._clock.now())
                    await self._sweep()
                except Unavailable as error:
                    log.warning("cannot catch up", source=self._source, error=str(error))

    async def _sweep(self) -> None:
        """Read the conversations in use again: an event may have been lost on the way."""
        now = self._clock.monotonic()
        if now - self._swept < self._every:
            return
        self._swept = now
        for address, (_, used) in tuple(self._active.items()):
            if now - used > ACTIVE_FOR:
                del self._active[address]
        cursors = await self._store.cursors(self._source)
        for cursor in cursors:
            if cursor.conversation.address in self._active:
                self._mark(_Missed(cursor.conversation, cursor, 0.0))
        await self._read_all([place for place, _ in self._active.values()])
