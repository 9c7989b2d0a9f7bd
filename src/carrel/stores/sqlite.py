"""The embedded store: one SQLite file, one writer, every commit on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from carrel.ports.clock import Clock
from carrel.ports.store import StoreParts
from carrel.stores import group_commit
from carrel.stores.alone import Alone
from carrel.stores.database import SqliteDatabase, connect_reader, connect_writer, in_our_words
from carrel.stores.keeping import Keeper, require_sqlite
from carrel.stores.lane import Lane
from carrel.stores.row_store import RowStore
from carrel.stores.rows import Database
from carrel.stores.statements import load_statements

T = TypeVar("T")

KEEP_BACKUPS = 5
"""Of each kind: those of the starts, and the daily ones."""


class SqliteStore(Alone, RowStore):
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
            lambda: SqliteDatabase(connect_writer(path, max_pages), sql),
            group_commit.commit,
        )
        self._reader = Lane(
            "store-reader", lambda: SqliteDatabase(connect_reader(path), sql), group_commit.read
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

    async def backup(self, name: str) -> None:
        """A consistent copy in the backups folder; the oldest of its kind go."""
        await self._beside(lambda: self._keeper.back_up(name))

    async def prune(self, before: float) -> int:
        """Forget what is old; the log goes into the file."""
        forgotten = await super().prune(before)
        await self._beside(self._keeper.checkpoint)
        return forgotten

    async def _write(self, about: str, work: Callable[[Database], T]) -> T:  # noqa: ARG002 - one writer
        return await self._on(self._writer, work)

    async def _read(self, work: Callable[[Database], T]) -> T:
        return await self._on(self._reader, work)

    async def _on(self, lane: Lane[SqliteDatabase], work: Callable[[Database], T]) -> T:
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
