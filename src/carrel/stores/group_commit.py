"""Group commit: what arrives during a transaction shares the next one, and its one fsync."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from carrel.stores.database import SqliteDatabase
from carrel.stores.rows import Database

Work = Callable[[Database], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: its value, or the error that undid it."""

    value: object = None
    error: Exception | None = None


def commit(database: SqliteDatabase, batch: Sequence[Work]) -> list[Outcome]:
    """Do all of `batch` in one transaction; a call that fails is undone alone.

    When the transaction itself fails, each call gets one of its own, so that a call that the
    disk has no room for takes none of the others with it.
    """
    try:
        return _together(database, batch)
    except sqlite3.Error as error:
        _roll_back(database.connection)
        if len(batch) == 1:
            return [Outcome(error=error)]
        return [outcome for work in batch for outcome in commit(database, [work])]


def read(database: SqliteDatabase, batch: Sequence[Work]) -> list[Outcome]:
    """Do each of `batch` on its own; nothing is written."""
    return [_attempt(database, work) for work in batch]


def _together(database: SqliteDatabase, batch: Sequence[Work]) -> list[Outcome]:
    connection = database.connection
    connection.execute("BEGIN IMMEDIATE")
    outcomes = [_in_savepoint(database, work) for work in batch]
    connection.execute("COMMIT")
    return outcomes


def _in_savepoint(database: SqliteDatabase, work: Work) -> Outcome:
    connection = database.connection
    connection.execute("SAVEPOINT call")
    outcome = _attempt(database, work)
    if isinstance(outcome.error, sqlite3.Error) and not connection.in_transaction:
        raise outcome.error  # SQLite gave up the whole transaction, not only this call
    if outcome.error is not None:
        connection.execute("ROLLBACK TO call")
    connection.execute("RELEASE call")
    return outcome


def _attempt(database: SqliteDatabase, work: Work) -> Outcome:
    try:
        return Outcome(value=work(database))
    except Exception as error:  # noqa: BLE001 - it belongs to the caller who waits for it
        return Outcome(error=error)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
