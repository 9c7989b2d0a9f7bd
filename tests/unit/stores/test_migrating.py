from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from carrel.core.errors import ConfigError
from carrel.stores.database import connect
from carrel.stores.migrating import migrate, refuse_newer, version
from carrel.stores.statements import Migration

FIRST = Migration(1, "0001_first", "CREATE TABLE a (x); INSERT INTO a VALUES (1);")
SECOND = Migration(2, "0002_second", "ALTER TABLE a ADD COLUMN y;")
BROKEN = Migration(2, "0002_broken", "ALTER TABLE a ADD COLUMN y; INSERT INTO nowhere VALUES (1);")


@pytest.fixture
def connection(path):
    with closing(connect(path)) as connection:
        yield connection


def test_steps_are_done_once_and_in_order(connection) -> None:
    migrate(connection, (FIRST,))
    migrate(connection, (FIRST, SECOND))
    migrate(connection, (FIRST, SECOND))
    assert version(connection) == 2
    assert [tuple(row) for row in connection.execute("SELECT x, y FROM a")] == [(1, None)]


def test_a_step_that_fails_leaves_nothing(connection) -> None:
    migrate(connection, (FIRST,))
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (FIRST, BROKEN))
    assert version(connection) == 1
    migrate(connection, (FIRST, SECOND))
    assert version(connection) == 2


def test_a_newer_schema_is_refused(connection, path) -> None:
    migrate(connection, (FIRST, SECOND))
    refuse_newer(connection, 2, path)
    with pytest.raises(ConfigError, match="has schema 2, and this Carrel knows up to 1"):
        refuse_newer(connection, 1, path)
