"""A connection with its named statements, and SQLite's errors in Carrel's words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from carrel.core.errors import CarrelError, Full, Unavailable
from carrel.stores.rows import Database

BUSY_SECONDS = 5.0
WAL_LIMIT = 64 * 1024 * 1024
CACHED_STATEMENTS = 256


@dataclass(frozen=True, slots=True)
class SqliteDatabase(Database):
    """A connection of sqlite3 with its statements."""

    connection: sqlite3.Connection
    sql: Mapping[str, str]

    def rows(self, name: str, **values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.connection.execute(self.sql[name], values).fetchall()

    def write(self, name: str, **values: object) -> int:
        """How many rows a statement changed."""
        return self.connection.execute(self.sql[name], values).rowcount

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit: transactions are begun and ended by name."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=CACHED_STATEMENTS
    )
    connection.row_factory = sqlite3.Row
    return connection


def connect_writer(path: Path, max_pages: int | None = None) -> sqlite3.Connection:
    """The one connection that writes: every commit is on the disk when it returns."""
    bound = () if max_pages is None else (f"max_page_count = {max_pages}",)
    return _prepared(
        connect(path),
        "journal_mode = WAL",
        "synchronous = FULL",
        "fullfsync = ON",
        f"journal_size_limit = {WAL_LIMIT}",
        *bound,
    )


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    return _prepared(connect(path), "query_only = ON")


def _prepared(connection: sqlite3.Connection, *pragmas: str) -> sqlite3.Connection:
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def in_our_words(error: sqlite3.Error | OSError, path: Path) -> CarrelError | ValueError:
    """Full for a full disk, Unavailable for the rest of the world, ValueError for our own fault."""
    if isinstance(error, sqlite3.IntegrityError):
        return ValueError(f"the rows forbid it: {error}")
    if _is_full(error):
        return Full(f"The disk that holds {path} is full; free some space.")
    return Unavailable(f"The store {path} does not answer: {error}.")


def _is_full(error: sqlite3.Error | OSError) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return primary_code(error) == sqlite3.SQLITE_FULL


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its details; 0 where the error has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
