"""A connection that is made anew when it was lost, and what runs on it: a transaction a call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import psycopg
from psycopg import errors

from carrel.core.errors import Unavailable
from carrel.stores.group_commit import Outcome, Work
from carrel.stores.postgres.address import Address, connect, first_line, in_our_words
from carrel.stores.postgres.database import PostgresDatabase
from carrel.stores.postgres.reach import Reach
from carrel.stores.rows import Database

AGAIN: Final = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""Two transactions met; the one that gave way finds things settled when it runs again."""

CONNECTION_GONE: Final = ("08", "57P")
"""How the codes of what concerns the whole connection begin."""

TRIES: Final = 3
ASKED_S, BETWEEN_ASKING = 30.0, 0.2
"""A commit that was never answered is asked about for so long, in seconds, and so often."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the lines of one store have in common."""

    address: Address
    sql: Mapping[str, str]
    reach: Reach


class Line:
    """One connection to the server, used by one thread.

    `guard` runs first in every transaction and raises when this host may not write.
    """

    def __init__(self, ground: Ground, guard: Callable[[Database], None] | None = None) -> None:
        self._ground, self._guard = ground, guard
        self._held: psycopg.Connection[dict[str, Any]] | None = None

    def close(self) -> None:
        """Let go of the connection. Idempotent."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def commit(self, work: Work) -> object:
        """The value of `work` when its transaction is on the disk; else nothing was written."""
        return self._answered(work, self._transact)

    def read(self, work: Work) -> object:
        """The value of `work`, each of whose statements is a transaction of its own."""
        return self._answered(work, lambda database, work: work(database))

    def _answered(self, work: Work, run: Callable[[PostgresDatabase, Work], object]) -> object:
        """Run it again where that is safe and helps: nothing was written by the time before."""
        for left in reversed(range(TRIES)):
            idle = self._held is not None
            try:
                value = run(self._database(), work)
            except psycopg.Error as error:
                lost = self._lost()
                if left and (isinstance(error, AGAIN) or (lost and idle)):
                    continue
                if lost:
                    self._ground.reach.away(first_line(error))
                raise in_our_words(error, self._ground.address) from error
            self._ground.reach.back()
            return value
        raise AssertionError("the last try returns or raises")

    def _database(self) -> PostgresDatabase:
        if self._held is None:
            self._held = connect(self._ground.address)
        return PostgresDatabase(self._held, self._ground.sql)

    def _lost(self) -> bool:
        """Whether there is no connection any more; what is left of one is let go."""
        if self._held is not None and self._held.broken:
            self.close()
        return self._held is None

    def _transact(self, database: PostgresDatabase, work: Work) -> object:
        connection = database.connection
        connection.execute("BEGIN")
        try:
            if self._guard is not None:
                self._guard(database)
            value = work(database)
            (transaction,) = database.rows("transaction")
        except BaseException:
            if not connection.broken:
                connection.execute("ROLLBACK")
            raise
        self._end(connection, transaction["id"])
        return value

    def _end(self, connection: psycopg.Connection[dict[str, Any]], transaction: str | None) -> None:
        """Commit. When the answer to that is lost, the server is asked what became of it."""
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            if not connection.broken or transaction is None:
                raise
            self._ground.reach.away(first_line(error))
            if not self._was_committed(transaction):
                raise

    def _was_committed(self, transaction: str) -> bool:
        patience, until = threading.Event(), time.monotonic() + ASKED_S
        while time.monotonic() < until:
            self._lost()
            try:
                (row,) = self._database().rows("transaction_status", id=transaction)
            except psycopg.Error:
                row = {"status": "in progress"}
            if row["status"] != "in progress":
                return bool(row["status"] == "committed")
            patience.wait(BETWEEN_ASKING)
        raise Unavailable(
            f"The database {self._ground.address.shown} went away in the middle of a commit, "
            "and nobody knows yet whether it was carried out."
        )


def commit(line: Line, batch: Sequence[Work]) -> list[Outcome]:
    """All of `batch` in one transaction, which is one wait for the disk.

    When something in it fails, nothing of it is written, and each gets a transaction of its own.
    """
    if len(batch) == 1:
        return _each(batch, line.commit)
    try:
        values = line.commit(lambda database: [work(database) for work in batch])
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for it
        if _hits_all(error):
            return [Outcome(error=error)] * len(batch)
        return _each(batch, line.commit)
    return [Outcome(value=value) for value in cast("list[object]", values)]


def _hits_all(error: Exception) -> bool:
    """Whether the server is away, or nobody knows what became of the commit."""
    why = error.__cause__
    if not isinstance(error, Unavailable) or not isinstance(why, psycopg.Error):
        return isinstance(error, Unavailable)
    lost = why.sqlstate is None or why.sqlstate.startswith(CONNECTION_GONE)
    return lost and isinstance(why, psycopg.OperationalError)


def read(line: Line, batch: Sequence[Work]) -> list[Outcome]:
    """Each of `batch`; nothing is written."""
    return _each(batch, line.read)


def _each(batch: Sequence[Work], run: Callable[[Work], object]) -> list[Outcome]:
    """When the server does not answer one, those that wait behind it are not kept longer."""
    outcomes: list[Outcome] = []
    for work in batch:
        try:
            outcomes.append(Outcome(value=run(work)))
        except Unavailable as error:
            rest = len(batch) - len(outcomes)
            return [*outcomes, *[Outcome(error=error)] * rest]
        except Exception as error:  # noqa: BLE001 - it belongs to the caller who waits for it
            outcomes.append(Outcome(error=error))
    return outcomes
