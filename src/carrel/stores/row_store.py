"""The store port over named statements: which statements, and on which side, for every database."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, TypeVar

from carrel.core.admission import Invited
from carrel.core.effects import Record
from carrel.core.handing_over import Exchange
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Conversation, Grant, MessageId, Route, Session, SessionKey
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.schedules import ReminderEnd
from carrel.ports.store import (
    Accepted,
    By,
    Counts,
    Cursor,
    DeadLetter,
    Fence,
    Loaded,
    MessageState,
    Row,
    SessionInfo,
    Shown,
    Spending,
    Spent,
)
from carrel.stores import (
    catching_up,
    entering,
    failing,
    inviting,
    ledger,
    listing,
    outgoing,
    recording,
    scheduling,
)
from carrel.stores.rows import Database

T = TypeVar("T")

JOBS: Final = "jobs"
PEOPLE: Final = "people"
UPKEEP: Final = "upkeep"
PRUNE_BATCH = 200


class RowStore(ABC):
    """What every store of rows does alike; a database says how it reads and writes."""

    _moves = True
    """Whether whoever works on a session finds its folders, too."""

    _mirrors = True
    """Whether what there is of mirrors may stay: it is kept up to date, or there is nothing."""

    @property
    @abstractmethod
    def host(self) -> str:
        """Who has the folders of sessions that are made here."""

    @abstractmethod
    async def _write(self, about: str, work: Callable[[Database], T]) -> T:
        """Run `work` in a transaction. Calls about the same thing keep their order."""

    @abstractmethod
    async def _read(self, work: Callable[[Database], T]) -> T:
        """Run `work`, which writes nothing."""

    async def accept(
        self, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool = False
    ) -> Accepted:
        """Store the message under (source, id), once."""
        return await self._write(
            route.key,
            lambda database: entering.accept(
                database, inbound, route, at, command=command, held=held
            ),
        )

    async def shared_grants(self, project: str) -> tuple[Grant, ...]:
        """What is allowed in every session of a project, the oldest first."""
        return await self._read(lambda database: listing.shared_grants(database, project))

    async def state(self, source: str, message: str) -> MessageState | None:
        """How a message stands."""
        return await self._read(lambda database: listing.state(database, source, message))

    async def said(self, message: MessageId) -> Inbound | None:
        """What came under this name."""
        return await self._read(lambda database: listing.said(database, message))

    async def cursors(self, source: str) -> tuple[Cursor, ...]:
        """Where catching up begins, the newest first."""
        return await self._read(lambda database: catching_up.cursors(database, source))

    async def move_cursor(self, source: str, cursor: Cursor, at: float) -> None:
        """Everything in the conversation up to that message is known."""
        await self._write(source, lambda database: catching_up.move(database, source, cursor, at))

    async def drop_cursor(self, source: str, conversation: Conversation) -> None:
        """There is nothing to catch up with any more."""
        await self._write(source, lambda database: catching_up.drop(database, source, conversation))

    async def listened(self, source: str) -> float | None:
        """When the source was last known to be listened to."""
        return await self._read(lambda database: catching_up.listened(database, source))

    async def listening(self, source: str, at: float) -> None:
        """The source is listened to at this moment."""
        await self._write(source, lambda database: catching_up.listening(database, source, at))

    async def beget(self, session: Session, conversation: Conversation, at: float) -> bool:
        """Make a session that sleeps, unless there is one."""
        return await self._write(
            session.key,
            lambda database: entering.beget(database, session, conversation, self.host, at),
        )

    async def claim(self, key: SessionKey, host: str) -> Loaded:
        """Become the owner and read the session."""
        return await self._write(
            key,
            lambda database: entering.claim(
                database, key, host, moves=self._moves, mirrors=self._mirrors
            ),
        )

    async def save(self, fence: Fence, records: tuple[Record, ...], at: float) -> None:
        """All records, in order, in one transaction."""
        await self._write(fence.key, lambda database: recording.save(database, fence, records, at))

    async def say(self, outbounds: tuple[Outbound, ...], at: float) -> None:
        """Show what no session's step says."""
        await self._write(
            _lane(outbounds), lambda database: recording.say_all(database, outbounds, at)
        )

    async def open_keys(self) -> tuple[SessionKey, ...]:
        """Sessions with something left to do, oldest first."""
        return await self._read(listing.open_keys)

    async def set_aside(self, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
        """Fail all that is open in a session, and say so."""
        return await self._write(key, lambda database: failing.set_aside(database, key, why, at))

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Messages to the engine that failed, the newest first."""
        return await self._read(lambda database: failing.dead_letters(database, limit))

    async def due(self, lane: str | None, limit: int) -> tuple[Row, ...]:
        """Outbounds to be sent, in the order of saying."""
        return await self._read(lambda database: outgoing.due(database, lane, limit))

    async def lanes(self) -> tuple[str, ...]:
        """Lanes that have Outbounds due."""
        return await self._read(outgoing.lanes)

    async def sending(self, row: Row) -> bool:
        """A send is about to begin; False if there is nothing to send any more."""
        return await self._write(
            row.outbound.lane, lambda database: outgoing.sending(database, row)
        )

    async def sent(self, row: Row, ref: str, at: float) -> None:
        """The platform took it."""
        await self._write(row.outbound.lane, lambda database: outgoing.sent(database, row, ref, at))

    async def unsent(self, row: Row, *, dead: bool, unsure: bool, error: str) -> None:
        """The send failed: due again, or dead for ever."""
        await self._write(
            row.outbound.lane,
            lambda database: outgoing.unsent(database, row, dead=dead, unsure=unsure, error=error),
        )

    async def sessions(self, limit: int, offset: int = 0) -> tuple[SessionInfo, ...]:
        """Sessions, most recently used first."""
        return await self._read(lambda database: listing.sessions(database, limit, offset))

    async def spent(self, key: SessionKey | None, since: float, until: float = math.inf) -> Spent:
        """What was spent within a time, by a session or by all."""
        return await self._read(lambda database: ledger.spent(database, key, since, until))

    async def spending(self, by: By, since: float) -> tuple[Spending, ...]:
        """What each has spent since then, the most first."""
        return await self._read(lambda database: ledger.spending(database, by, since))

    async def counts(self) -> Counts:
        """How many rows there are, by state."""
        return await self._read(listing.counts)

    async def session(self, key: SessionKey) -> SessionInfo | None:
        """One session's line."""
        return await self._read(lambda database: listing.session(database, key))

    async def sessions_within(self, platform: str, place: str) -> tuple[Conversation, ...]:
        """Conversations with sessions that lie within a place."""
        return await self._read(lambda database: listing.sessions_within(database, platform, place))

    async def history(self, conversation: Conversation, limit: int) -> tuple[Shown, ...]:
        """The newest `limit` things of a conversation, oldest first."""
        return await self._read(lambda database: listing.history(database, conversation, limit))

    async def exchanges(
        self, key: SessionKey, conversation: str, limit: int
    ) -> tuple[Exchange, ...]:
        """What was asked and answered last in an engine conversation."""
        return await self._read(
            lambda database: listing.exchanges(database, key, conversation, limit)
        )

    async def standings(self) -> tuple[Standing, ...]:
        """How every job stands."""
        return await self._read(scheduling.standings)

    async def decide(self, decision: Decision, at: float) -> bool:
        """All of a decision, unless somebody else has decided since."""
        return await self._write(JOBS, lambda database: scheduling.decide(database, decision, at))

    async def open_fires(self) -> tuple[Fire, ...]:
        """Fires that are not over."""
        return await self._read(scheduling.open_fires)

    async def fires(self, job: str, limit: int) -> tuple[Fire, ...]:
        """The fires of a job, the last one first."""
        return await self._read(lambda database: scheduling.fires(database, job, limit))

    async def job_cost(self, job: str, since: float) -> float:
        """What the fires of a job have cost."""
        return await self._read(lambda database: scheduling.job_cost(database, job, since))

    async def message_cost(self, source: str, message: str) -> float:
        """What the turn of a message has cost."""
        return await self._read(lambda database: scheduling.message_cost(database, source, message))

    async def forget_job(self, job: str) -> None:
        """The job is gone."""
        await self._write(JOBS, lambda database: scheduling.forget_job(database, job))

    async def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one."""
        return await self._write(JOBS, lambda database: scheduling.remind(database, reminder))

    async def reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones, the soonest first."""
        return await self._read(lambda database: scheduling.reminders(database, conversation))

    async def settle_reminder(self, reminder: Reminder, end: ReminderEnd, at: float) -> bool:
        """A reminder is over."""
        return await self._write(
            JOBS, lambda database: scheduling.settle_reminder(database, reminder, end, at)
        )

    async def invited(self) -> tuple[Invited, ...]:
        """Everybody who was let in, the first one first."""
        return await self._read(inviting.invited)

    async def uninvite(self, address: str) -> bool:
        """The person is no member any more."""
        return await self._write(PEOPLE, lambda database: inviting.uninvite(database, address))

    async def offer_pairing(self, digest: str, until: float, at: float) -> None:
        """A code lets somebody in until then."""
        await self._write(
            PEOPLE, lambda database: inviting.offer_pairing(database, digest, until, at)
        )

    async def pair(self, digest: str, person: Invited, told: Outbound) -> bool:
        """Use a code up."""
        return await self._write(
            PEOPLE, lambda database: inviting.pair(database, digest, person, told)
        )

    async def prune(self, before: float) -> int:
        """Forget what ended and began before `before` (unix seconds), in small transactions.

        A message forgotten here is new again if its platform gives it once more.
        """
        forgotten = 0
        while batch := await self._write(
            UPKEEP, lambda database: entering.prune(database, before, PRUNE_BATCH)
        ):
            forgotten += batch
        return forgotten


def _lane(outbounds: tuple[Outbound, ...]) -> str:
    return outbounds[0].lane if outbounds else UPKEEP
