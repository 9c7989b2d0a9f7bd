"""The SQLite end of a move: read from a copy, written to a file that appears when it is whole."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from carrel.core.errors import ConfigError
from carrel.ports.clock import Clock
from carrel.stores import backups, migrating
from carrel.stores.damage import find_damage
from carrel.stores.database import connect, connect_reader, connect_writer, in_our_words
from carrel.stores.moving import STAYS, Values
from carrel.stores.statements import load_migrations


@dataclass(frozen=True, slots=True)
class SqliteSide:
    """A file with this code's schema."""

    connection: sqlite3.Connection

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table that moves."""
        found = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = sorted({str(row["name"]) for row in found.fetchall()} - STAYS)
        return {name: self._columns(name) for name in names}

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Values]:
        """All rows of a table."""
        query = f'SELECT {_listed(columns)} FROM "{table}"'  # noqa: S608 - names of our schema
        yield from map(tuple, self.connection.execute(query))

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Values]) -> None:
        """Add rows to a table."""
        marks = ", ".join("?" * len(columns))
        command = f'INSERT INTO "{table}" ({_listed(columns)}) VALUES ({marks})'  # noqa: S608 - as above
        self.connection.executemany(command, rows)

    def place(self) -> int:
        """How far the store-wide order has counted."""
        (row,) = self.connection.execute("SELECT value FROM store_order").fetchall()
        return int(row["value"])

    def go_on_from(self, place: int) -> None:
        """Count on from there."""
        self.connection.execute("UPDATE store_order SET value = ?", (place,))

    def _columns(self, table: str) -> tuple[str, ...]:
        found = self.connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        return tuple(sorted(row["name"] for row in found))


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


@contextmanager
def reading(path: Path) -> Iterator[SqliteSide]:
    """The store at `path`, through a copy that is brought to this code's schema."""
    if not path.exists():
        raise ConfigError(f"There is no store at {path}.")
    with _in_our_words(path), tempfile.TemporaryDirectory(dir=path.parent, prefix=".move-") as tmp:
        if damage := find_damage(path):
            raise ConfigError(
                f"The store {path} is damaged ({damage.why}): start Carrel on it once, "
                "so that it is mended."
            )
        with (
            closing(connect_reader(path)) as original,
            closing(connect(Path(tmp) / "copy.db")) as copy,
        ):
            original.backup(copy)
            steps = load_migrations()
            migrating.refuse_newer(copy, steps[-1].number, path)
            migrating.migrate(copy, steps)
            yield SqliteSide(copy)


@contextmanager
def writing(path: Path, folder: Path, clock: Clock) -> Iterator[SqliteSide]:
    """A new store that takes the place of the one at `path`, if there is one, at the end.

    The earlier one is kept among the backups in `folder`.
    """
    unfinished = path.with_name(f"{path.name}.moving")
    sides = [unfinished.with_name(unfinished.name + side) for side in ("", "-wal", "-shm")]
    with _in_our_words(path):
        try:
            for file in sides:
                file.unlink(missing_ok=True)
            unfinished.touch(0o600)
            with closing(connect_writer(unfinished)) as connection:
                migrating.migrate(connection, load_migrations())
                connection.execute("BEGIN")
                yield SqliteSide(connection)
                connection.execute("COMMIT")
                connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            if path.exists():
                _keep(path, folder, clock.now())
            unfinished.replace(path)
            backups.sync_folder(path.parent)
        finally:
            for file in sides:
                file.unlink(missing_ok=True)


def _keep(path: Path, folder: Path, now: float) -> None:
    """Copy the store that was there before to the backups; its log goes into its file."""
    folder.mkdir(mode=0o700, exist_ok=True)
    backups.copy_live(path, folder, now, "moved")
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise in_our_words(error, path) from error
