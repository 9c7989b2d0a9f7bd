from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from carrel.core.errors import Full, Unavailable
from carrel.stores.database import connect_reader, connect_writer, in_our_words, primary_code


def error_of(connection: sqlite3.Connection, statement: str) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as raised:
        connection.execute(statement)
    return raised.value


def test_every_commit_is_on_the_disk(path) -> None:
    with closing(connect_writer(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_reader_cannot_write(database, path) -> None:
    with closing(connect_reader(path)) as reader:
        error = error_of(reader, "DELETE FROM session")
    assert primary_code(error) == sqlite3.SQLITE_READONLY


def test_no_connection_is_left_when_the_file_is_none(path) -> None:
    path.write_bytes(b"not a database, " * 64)
    with pytest.raises(sqlite3.DatabaseError):
        connect_writer(path)


def test_the_order_never_repeats(database) -> None:
    assert [database.next_place() for _ in range(3)] == [1, 2, 3]


def test_a_full_disk_is_full(path) -> None:
    with closing(connect_writer(path, max_pages=2)) as connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        error = error_of(connection, "INSERT INTO t VALUES (zeroblob(100000))")
    assert isinstance(in_our_words(error, path), Full)
    assert isinstance(in_our_words(OSError(errno.ENOSPC, "no space"), path), Full)


def test_a_lock_and_a_broken_disk_are_unavailable(path) -> None:
    with closing(connect_writer(path)) as one, closing(connect_writer(path)) as other:
        other.execute("PRAGMA busy_timeout = 0")
        one.execute("BEGIN IMMEDIATE")
        error = error_of(other, "BEGIN IMMEDIATE")
    for cause in (error, OSError(errno.EIO, "broken")):
        ours = in_our_words(cause, path)
        assert isinstance(ours, Unavailable)
        assert not isinstance(ours, Full)


def test_what_the_rows_forbid_is_our_own_fault() -> None:
    assert isinstance(in_our_words(sqlite3.IntegrityError("UNIQUE"), Path("x")), ValueError)
