"""A home's rows from SQLite to PostgreSQL and back: all of them, or none.

spec: 19.3
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import psycopg
import pytest

from carrel.core.effects import Ask, Finish, Remember, Settle
from carrel.core.errors import ConfigError
from carrel.core.messages import Answer, Notice, Outbound
from carrel.core.model import SessionKey
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores import moving_sqlite
from carrel.stores.moving import move, tally
from carrel.stores.postgres import build as build_postgres
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres import moving
from carrel.stores.postgres.address import address_of, connect
from carrel.stores.postgres.database import PostgresDatabase
from carrel.stores.postgres.dialect import postgres_statements
from carrel.stores.sqlite import build as build_sqlite
from carrel.stores.statements import load_migrations
from carrel.testing.store_conformance.values import (
    HAND,
    HERE,
    KEY,
    THERE,
    TOKEN,
    TURN,
    begun,
    heard,
    message,
    prompt,
    route,
    say,
)


async def live_a_little(store) -> None:
    """Something in every corner: what ended, what waits, what was said and what was asked."""
    loaded = await begun(store, 1, 2)
    ended = (Settle(prompt(1).id, "done"), Finish(TURN, "done"), Remember(TOKEN), Ask(HAND))
    await store.save(loaded.fence, (*ended, say(f"{TURN}.answer.0.0", Answer("yes ☕ \0"))), 60.0)
    await store.accept(message(3, THERE), route(SessionKey("x")), 3.1, command=False, held=True)
    await heard(store, 4)
    await heard(store, 5, command=True)
    standing = Standing("report", "spec", 1.25)
    said = (Outbound("n", THERE, Notice("due")),)
    await store.decide(Decision(standing, (Fire("report", 1.1, "due"),), (), said), 9.0)
    await store.remind(Reminder("r", 0.1 + 0.2, HERE, "words"))
    await store.listening("discord:me", 1e9 / 3)
    (first, *_) = await store.due(None, 9)
    await store.unsent(first, dead=False, unsure=True, error="no\0thing")


async def seen(store) -> tuple:
    """What the store tells, and what two hosts would find when they claim."""
    rows = await store.due(None, 50)
    return (
        rows,
        await store.open_keys(),
        await store.sessions(9),
        await store.cursors("discord:me"),
        await store.listened("discord:me"),
        await store.standings(),
        await store.open_fires(),
        await store.reminders(None),
        [await store.history(place, 9) for place in (HERE, THERE)],
    )


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
async def home(tmp_path):
    store = build_sqlite(StoreParts(tmp_path, SystemClock()))
    await store.open()
    await live_a_little(store)
    await store.close()
    return tmp_path


def there(home, url: str):
    with (
        moving_sqlite.reading(home / "carrel.db") as old,
        moving.writing(address_of(url), "me") as new,
    ):
        return move(old, new)


def back(home, url: str):
    with (
        moving.reading(address_of(url), "me") as old,
        moving_sqlite.writing(home / "carrel.db", home / "backups", SystemClock()) as new,
    ):
        return move(old, new)


async def opened(build, home, url=None):
    store = build(StoreParts(home, SystemClock(), url))
    await store.open()
    found = await seen(store)
    accepted = await store.accept(message(9), route(), 9.0, command=False)
    loaded = await store.claim(KEY, "host")
    await store.close()
    return found, accepted, loaded


async def test_a_home_moves_and_comes_back_and_nothing_is_missing(home, database_url) -> None:
    file, before = home / "carrel.db", digest(home / "carrel.db")
    moved = there(home, database_url)
    assert digest(file) == before
    assert {name for name, held in moved.items() if held.rows} >= {
        *("inbox", "outbox", "session", "turn", "approval", "cursor"),
        *("listened", "schedule", "fire", "reminder"),
    }
    assert there(home, database_url) == moved, "a second time finds everything there"

    second = home / "second"
    second.mkdir()
    assert back(second, database_url) == moved
    assert not list(second.glob("*.moving*"))
    first = await opened(build_sqlite, home)
    assert await opened(build_postgres, second, database_url) == first
    assert await opened(build_sqlite, second) == first


async def test_what_was_there_before_is_kept_among_the_backups(home, database_url) -> None:
    there(home, database_url)
    back(home, database_url)
    (kept,) = home.glob("backups/*moved*.db")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM inbox").fetchone() == (5,)


async def test_a_database_with_other_rows_is_refused_and_left_alone(home, database_url) -> None:
    store = build_postgres(StoreParts(home, SystemClock(), database_url))
    await store.open()
    await store.listening("other", 1.0)
    await store.close()
    with pytest.raises(ConfigError, match="give it an empty one"):
        there(home, database_url)
    await store.open()
    assert await store.listened("other") == 1.0
    assert await store.sessions(9) == ()
    await store.close()


def lease(url: str, host: str) -> None:
    with closing(connect(address_of(url))) as connection, connection.transaction():
        database = PostgresDatabase(connection, postgres_statements())
        leases.take(database, leases.Candidate(host, 15.0), leases.Waiting())


async def test_a_database_that_another_gateway_uses_is_refused(home, database_url) -> None:
    lease(database_url, "other")
    with pytest.raises(ConfigError, match=r"A gateway \(other\) uses the database"):
        there(home, database_url)
    with pytest.raises(ConfigError, match="uses the database"):
        back(home, database_url)


async def test_ones_own_gateway_that_was_killed_is_no_hindrance(home, database_url) -> None:
    lease(database_url, "me")
    assert there(home, database_url)


def test_nobody_can_write_while_a_move_lasts(home, database_url) -> None:
    address = address_of(database_url)
    with moving.writing(address, "me"), closing(connect(address)) as other:
        other.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM host FOR KEY SHARE")


def test_a_table_may_take_its_time(database_url) -> None:
    with moving.writing(address_of(database_url), "me") as side:
        (held,) = side.connection.execute("SHOW statement_timeout").fetchall()
    assert held == {"statement_timeout": "0"}


class Spoiled(Exception):
    """What a move may fail of."""


async def test_a_move_that_fails_has_done_nothing(home, database_url, monkeypatch) -> None:
    def broken(*_) -> None:
        raise Spoiled

    second = home / "second"
    second.mkdir()
    there(home, database_url)
    monkeypatch.setattr(moving_sqlite.SqliteSide, "go_on_from", broken)
    with pytest.raises(Spoiled):
        back(second, database_url)
    assert not list(second.iterdir())


async def test_a_move_to_a_server_that_fails_has_done_nothing(
    home, database_url, monkeypatch
) -> None:
    def broken(*_) -> None:
        raise Spoiled

    with monkeypatch.context() as patched:
        patched.setattr(moving.PostgresSide, "go_on_from", broken)
        with pytest.raises(Spoiled):
            there(home, database_url)
    with moving.reading(address_of(database_url), "me") as side:
        assert not any(held.rows for held in tally(side).values())
    assert there(home, database_url)


async def test_an_older_file_is_read_without_being_changed(home, database_url, tmp_path) -> None:
    old = home / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        for step in load_migrations()[:-1]:
            connection.executescript(f"{step.script}; PRAGMA user_version = {step.number};")
        connection.execute("INSERT INTO listened VALUES ('a', 2.5)")
        connection.commit()
    before = digest(old)
    with moving_sqlite.reading(old) as side:
        assert list(side.rows("listened", ("at", "source"))) == [(2.5, "a")]
        assert side.place() == 0
    assert digest(old) == before


def test_where_nothing_is_nothing_can_be_moved(tmp_path, postgres, database_url) -> None:
    with (
        pytest.raises(ConfigError, match="There is no store at"),
        moving_sqlite.reading(tmp_path / "carrel.db"),
    ):
        pass
    empty = address_of(postgres.create("empty"))
    with pytest.raises(ConfigError, match="There is no store in"), moving.reading(empty, "me"):
        pass
    postgres.drop("empty")


async def test_a_damaged_file_is_not_moved(home) -> None:
    with (home / "carrel.db").open("rb+") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    with (
        pytest.raises(ConfigError, match="is damaged"),
        moving_sqlite.reading(home / "carrel.db"),
    ):
        pass
