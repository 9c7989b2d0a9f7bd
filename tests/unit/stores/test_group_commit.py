from __future__ import annotations

import sqlite3

import pytest

from carrel.stores.group_commit import commit, read


def adds(key: str):
    def work(database) -> str:
        database.connection.execute("INSERT INTO session (key) VALUES (?)", (key,))
        return key

    return work


def fails(database) -> None:
    database.connection.execute("INSERT INTO session (key) VALUES ('half')")
    raise KeyError("half")


def fills(database) -> None:
    database.connection.execute("INSERT INTO session (key) VALUES (hex(zeroblob(4000000)))")


def keys(database) -> list[str]:
    return [row["key"] for row in database.connection.execute("SELECT key FROM session")]


@pytest.fixture
def traced(database):
    said: list[str] = []
    database.connection.set_trace_callback(said.append)
    yield said
    database.connection.set_trace_callback(None)


def test_a_batch_is_one_transaction(database, traced) -> None:
    outcomes = commit(database, [adds(str(n)) for n in range(50)])
    assert [outcome.value for outcome in outcomes] == [str(n) for n in range(50)]
    assert traced.count("COMMIT") == 1
    assert len(keys(database)) == 50


def test_a_call_that_fails_is_undone_alone(database) -> None:
    outcomes = commit(database, [adds("a"), fails, adds("b")])
    assert [type(outcome.error) for outcome in outcomes] == [type(None), KeyError, type(None)]
    assert keys(database) == ["a", "b"]


def test_a_call_that_fails_twice_takes_nobody_with_it(database) -> None:
    outcomes = commit(database, [adds("a"), adds("a"), adds("b")])
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert keys(database) == ["a", "b"]


def test_a_call_that_the_disk_has_no_room_for_takes_nobody_with_it(database) -> None:
    (pages,) = database.connection.execute("PRAGMA page_count").fetchone()
    database.connection.execute(f"PRAGMA max_page_count = {pages + 8}").fetchone()
    outcomes = commit(database, [adds("a"), fills, adds("b")])
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert keys(database) == ["a", "b"]
    assert not database.connection.in_transaction


def test_a_failed_commit_writes_nothing(database, path) -> None:
    database.connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = commit(database, [adds("a"), adds("b")])
    assert all(isinstance(outcome.error, sqlite3.OperationalError) for outcome in outcomes)
    other.close()
    assert commit(database, [adds("a")])[0].error is None
    assert keys(database) == ["a"]


def test_readers_fail_each_for_itself(database) -> None:
    outcomes = read(database, [keys, lambda database: database.rows("no such name"), keys])
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
