"""Is this file a sound database? Asked before anything relies on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from carrel.stores.database import connect, primary_code
from carrel.stores.wal import commits_were_dropped, frames_read

_SHORT_READ: Final = sqlite3.SQLITE_IOERR_SHORT_READ


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong. `log`: the file is sound, but the newest commits in its log are lost."""

    what: Literal["file", "log"]
    why: str


def find_damage(path: Path) -> Damage | None:
    """What is wrong with the database at `path`; None when it is sound.

    Raises sqlite3.Error when that cannot be told: it is locked, or may not be read.
    """
    with examined(path) as damage:
        return damage


@contextmanager
def examined(path: Path) -> Iterator[Damage | None]:
    """What `find_damage` says, for as long as the log is still as it was found.

    Closing the last connection brings the log into the file and deletes it.
    """
    with closing(connect(path)) as connection:
        yield _verdict(connection, path)


def _verdict(connection: sqlite3.Connection, path: Path) -> Damage | None:
    if path.stat().st_size == 0:
        return Damage("file", "it is empty")
    try:
        return _examine(connection, path)
    except sqlite3.Error as error:
        if not _tells_of_damage(error):
            raise
        return Damage("file", str(error))


def _examine(connection: sqlite3.Connection, path: Path) -> Damage | None:
    (pages,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("BEGIN")
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    dropped = _log_dropped(path, pages)
    # With half a log, an index may not fit its table: that takes the thorough check.
    check = "PRAGMA integrity_check(1)" if dropped else "PRAGMA quick_check(1)"
    (verdict,) = connection.execute(check).fetchone()
    connection.execute("ROLLBACK")
    if verdict != "ok":
        return Damage("file", str(verdict))
    return Damage("log", "its log was damaged") if dropped else None


def _log_dropped(path: Path, page_size: int) -> bool:
    wal, shm = path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
    if not wal.exists() or not shm.exists():
        return False
    return commits_were_dropped(wal, page_size, frames_read(shm))


def _tells_of_damage(error: sqlite3.Error) -> bool:
    if getattr(error, "sqlite_errorcode", 0) == _SHORT_READ:
        return True
    return primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
