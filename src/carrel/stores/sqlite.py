"""The embedded store: one SQLite file, one writer, every commit on the disk."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from carrel.core.effects import Record
from carrel.core.messages import Inbound, Outbound
from carrel.core.model import Conversation, Grant, MessageId, Route, Session, SessionKey
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.clock import Clock
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
    StoreParts,
)
from carrel.stores import (
    catching_up,
    entering,
    failing,
    group_commit,
    ledger,
    listing,
    outgoing,
    recording,
    scheduling,
)
from carrel.stores.database import Database, connect_reader, connect_writer, in_our_words
from carrel.stores.keeping import Keeper, require_sqlite
from carrel.stores.lane import Lane
from carrel.stores.statements import load_statements

T = TypeVar("T")

KEEP_BACKUPS = 5
"""Of each kind: those of the starts, and the daily ones."""
PRUNE_BATCH = 200


class SqliteStore:
    """The store port on the standard library's sqlite3.

    Writes share one thread and its transactions; reads have a thread and a connection of their
    own, so that a listing never waits for a writer. `max_pages` bounds the file, in SQLite's
    pages of 4 KiB.
    """

    def __init__(
        self,
        path: Path,
        backups: Path,
        clock: Clock,
        keep_backups: int = KEEP_BACKUPS,
        max_pages: int | None = None,
    ) -> None:
        self._incidents: tuple[str, ...] = ()
        self._path = path
        self._keeper = Keeper(path, backups, clock, keep_backups)
        sql = load_statements()
        self._writer = Lane(
            "store-writer",
            lambda: Database(connect_writer(path, max_pages), sql),
            group_commit.commit,
        )
        self._reader = Lane(
            "store-reader", lambda: Database(connect_reader(path), sql), group_commit.read
        )

    @property
    def incidents(self) -> tuple[str, ...]:
        """What people must be told about what the last opening found."""
        return self._incidents

    async def open(self) -> None:
        """Check the file, restore or migrate it, and connect."""
        try:
            require_sqlite(sqlite3.sqlite_version_info)
            self._incidents = await asyncio.to_thread(self._keeper.make_ready)
            await self._writer.open()
            await self._reader.open()
        except (sqlite3.Error, OSError) as error:
            raise in_our_words(error, self._path) from error

    async def close(self) -> None:
        """Finish what was begun and let go. Idempotent."""
        await self._reader.close()
        await self._writer.close()

    async def accept(
        self, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool = False
    ) -> Accepted:
        """Store the message under (source, id), once."""
        return await self._on(
            self._writer,
            lambda database: entering.accept(
                database, inbound, route, at, command=command, held=held
            ),
        )

    async def shared_grants(self, project: str) -> tuple[Grant, ...]:
        """What is allowed in every session of a project, the oldest first."""
        return await self._on(
            self._reader, lambda database: listing.shared_grants(database, project)
        )

    async def state(self, source: str, message: str) -> MessageState | None:
        """How a message stands."""
        return await self._on(
            self._reader, lambda database: listing.state(database, source, message)
        )

    async def said(self, message: MessageId) -> Inbound | None:
        """What came under this name."""
        return await self._on(self._reader, lambda database: listing.said(database, message))

    async def cursors(self, source: str) -> tuple[Cursor, ...]:
        """Where catching up begins, the newest first."""
        return await self._on(self._reader, lambda database: catching_up.cursors(database, source))

    async def move_cursor(self, source: str, cursor: Cursor, at: float) -> None:
        """Everything in the conversation up to that message is known."""
        await self._on(
            self._writer, lambda database: catching_up.move(database, source, cursor, at)
        )

    async def drop_cursor(self, source: str, conversation: Conversation) -> None:
        """There is nothing to catch up with any more."""
        await self._on(
            self._writer, lambda database: catching_up.drop(database, source, conversation)
        )

    async def listened(self, source: str) -> float | None:
        """When the source was last known to be listened to."""
        return await self._on(self._reader, lambda database: catching_up.listened(database, source))

    async def listening(self, source: str, at: float) -> None:
        """The source is listened to at this moment."""
        await self._on(self._writer, lambda database: catching_up.listening(database, source, at))

    async def beget(self, session: Session, conversation: Conversation, at: float) -> bool:
        """Make a session that sleeps, unless there is one."""
        return await self._on(
            self._writer, lambda database: entering.beget(database, session, conversation, at)
        )

    async def claim(self, key: SessionKey, host: str) -> Loaded:
        """Become the owner and read the session."""
        return await self._on(self._writer, lambda database: entering.claim(database, key, host))

    async def save(self, fence: Fence, records: tuple[Record, ...], at: float) -> None:
        """All records, in order, in one transaction."""
        await self._on(self._writer, lambda database: recording.save(database, fence, records, at))

    async def say(self, outbounds: tuple[Outbound, ...], at: float) -> None:
        """Show what no session's step says."""
        await self._on(self._writer, lambda database: recording.say_all(database, outbounds, at))

    async def open_keys(self) -> tuple[SessionKey, ...]:
        """Sessions with something left to do, oldest first."""
        return await self._on(self._reader, listing.open_keys)

    async def set_aside(self, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
        """Fail all that is open in a session, and say so."""
        return await self._on(
            self._writer, lambda database: failing.set_aside(database, key, why, at)
        )

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Messages to the engine that failed, the newest first."""
        return await self._on(self._reader, lambda database: failing.dead_letters(database, limit))

    async def due(self, lane: str | None, limit: int) -> tuple[Row, ...]:
        """Outbounds to be sent, in the order of saying."""
        return await self._on(self._reader, lambda database: outgoing.due(database, lane, limit))

    async def lanes(self) -> tuple[str, ...]:
        """Lanes that have Outbounds due."""
        return await self._on(self._reader, outgoing.lanes)

    async def sending(self, row: Row) -> bool:
        """A send is about to begin; False if there is nothing to send any more."""
        return await self._on(self._writer, lambda database: outgoing.sending(database, row))

    async def sent(self, row: Row, ref: str, at: float) -> None:
        """The platform took it."""
        await self._on(self._writer, lambda database: outgoing.sent(database, row, ref, at))

    async def unsent(self, row: Row, *, dead: bool, unsure: bool, error: str) -> None:
        """The send failed: due again, or dead for ever."""
        await self._on(
            self._writer,
            lambda database: outgoing.unsent(database, row, dead=dead, unsure=unsure, error=error),
        )

    async def sessions(self, limit: int, offset: int = 0) -> tuple[SessionInfo, ...]:
        """Sessions, most recently used first."""
        return await self._on(
            self._reader, lambda database: listing.sessions(database, limit, offset)
        )

    async def spent(self, key: SessionKey | None, since: float, until: float = math.inf) -> Spent:
        """What was spent within a time, by a session or by all."""
        return await self._on(
            self._reader, lambda database: ledger.spent(database, key, since, until)
        )

    async def spending(self, by: By, since: float) -> tuple[Spending, ...]:
        """What each has spent since then, the most first."""
        return await self._on(self._reader, lambda database: ledger.spending(database, by, since))

    async def counts(self) -> Counts:
        """How many rows there are, by state."""
        return await self._on(self._reader, listing.counts)

    async def session(self, key: SessionKey) -> SessionInfo | None:
        """One session's line."""
        return await self._on(self._reader, lambda database: listing.session(database, key))

    async def sessions_within(self, platform: str, place: str) -> tuple[Conversation, ...]:
        """Conversations with sessions that lie within a place."""
        return await self._on(
            self._reader, lambda database: listing.sessions_within(database, platform, place)
        )

    async def history(self, conversation: Conversation, limit: int) -> tuple[Shown, ...]:
        """The newest `limit` things of a conversation, oldest first."""
        return await self._on(
            self._reader, lambda database: listing.history(database, conversation, limit)
        )

    async def standings(self) -> tuple[Standing, ...]:
        """How every job stands."""
        return await self._on(self._reader, scheduling.standings)

    async def decide(self, decision: Decision, at: float) -> bool:
        """All of a decision, unless somebody else has decided since."""
        return await self._on(
            self._writer, lambda database: scheduling.decide(database, decision, at)
        )

    async def open_fires(self) -> tuple[Fire, ...]:
        """Fires that are not over."""
        return await self._on(self._reader, scheduling.open_fires)

    async def fires(self, job: str, limit: int) -> tuple[Fire, ...]:
        """The fires of a job, the last one first."""
        return await self._on(self._reader, lambda database: scheduling.fires(database, job, limit))

    async def job_cost(self, job: str, since: float) -> float:
        """What the fires of a job have cost."""
        return await self._on(
            self._reader, lambda database: scheduling.job_cost(database, job, since)
        )

    async def message_cost(self, source: str, message: str) -> float:
        """What the turn of a message has cost."""
        return await self._on(
            self._reader, lambda database: scheduling.message_cost(database, source, message)
        )

    async def forget_job(self, job: str) -> None:
        """The job is gone."""
        await self._on(self._writer, lambda database: scheduling.forget_job(database, job))

    async def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one."""
        return await self._on(self._writer, lambda database: scheduling.remind(database, reminder))

    async def reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones, the soonest first."""
        return await self._on(
            self._reader, lambda database: scheduling.reminders(database, conversation)
        )

    async def settle_reminder(self, reminder: Reminder, end: ReminderEnd, at: float) -> bool:
        """A reminder is over."""
        return await self._on(
            self._writer, lambda database: scheduling.settle_reminder(database, reminder, end, at)
        )

    async def backup(self, name: str) -> None:
        """A consistent copy in the backups folder; the oldest of its kind go."""
        await self._beside(lambda: self._keeper.back_up(name))

    async def prune(self, before: float) -> int:
        """Forget what ended and began before `before` (unix seconds), in small transactions.

        A message forgotten here is new again if its platform gives it once more.
        """
        forgotten = 0
        while batch := await self._on(
            self._writer, lambda database: entering.prune(database, before, PRUNE_BATCH)
        ):
            forgotten += batch
        await self._beside(self._keeper.checkpoint)
        return forgotten

    async def _on(self, lane: Lane, work: Callable[[Database], T]) -> T:
        try:
            return await lane.run(work)
        except sqlite3.Error as error:
            raise in_our_words(error, self._path) from error

    async def _beside(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except (sqlite3.Error, OSError) as error:
            raise in_our_words(error, self._path) from error


def build(parts: StoreParts) -> SqliteStore:
    """The store of a home: `carrel.db`, and its copies in `backups`."""
    return SqliteStore(parts.home / "carrel.db", parts.home / "backups", parts.clock)
