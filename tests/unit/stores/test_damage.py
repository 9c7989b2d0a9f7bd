from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from carrel.stores.damage import find_damage
from carrel.stores.database import connect


@pytest.fixture
def full(database, path):
    """A database of some hundred pages, closed in good order."""
    rows = ((str(number), "x" * 200) for number in range(2000))
    database.connection.execute("BEGIN")
    database.connection.executemany("INSERT INTO session (key, owner) VALUES (?, ?)", rows)
    database.connection.execute("COMMIT")
    database.connection.close()
    return path


def test_a_sound_file_is_sound(full) -> None:
    assert find_damage(full) is None


@pytest.mark.parametrize("page", [2, 20, 60])
def test_a_damaged_page_is_found(full, page) -> None:
    content = bytearray(full.read_bytes())
    content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    full.write_bytes(content)
    found = find_damage(full)
    assert found is not None
    assert found.what == "file"


@pytest.mark.parametrize("size", [0, 100, 5000, 4096 * 10])
def test_a_truncated_file_is_found(full, size) -> None:
    full.write_bytes(full.read_bytes()[:size])
    assert find_damage(full) is not None


def test_garbage_is_no_database(path) -> None:
    path.write_bytes(b"garbage " * 1000)
    found = find_damage(path)
    assert found is not None
    assert "not a database" in found.why


def test_what_cannot_be_told_is_raised(full, monkeypatch) -> None:
    monkeypatch.setattr("carrel.stores.database.BUSY_SECONDS", 0)
    with closing(connect(full)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            find_damage(full)
