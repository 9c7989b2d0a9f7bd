"""Two versions beside each other on one PostgreSQL, while people upgrade host by host.

The host that is newer changes the tables while the older one leads; that one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder
from tests.integration.stores.test_postgres import accept, opened
from tests.unit.stores.test_statements import BEFORE_HOSTS

from carrel.core.effects import Pause
from carrel.ports.hosts import Tenure
from carrel.stores.postgres.address import address_of, connect
from carrel.stores.postgres.dialect import postgres_migrations
from carrel.stores.postgres.schema import make_ready, version
from carrel.testing.postgres import Cluster
from carrel.testing.store_conformance.values import KEY

STEPS = postgres_migrations()
YOUNGER = [step.number for step in STEPS if step.number > max(BEFORE_HOSTS)]
STATES = {"approval": "allowed", "outbox": "sent", "reminder": "said"}
"""Where `done` is no state."""


@pytest.fixture
def empty(postgres: Cluster) -> Iterator[str]:
    """A database that no Carrel has seen."""
    yield postgres.create("older")
    postgres.drop("older")


def columns(older: psycopg.Connection) -> dict[str, dict[str, str]]:
    """Every table's columns, with their types."""
    found: dict[str, dict[str, str]] = {}
    for row in older.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'schema_version' ORDER BY 1, 2"
    ).fetchall():
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return found


def write(older: psycopg.Connection, known: dict[str, dict[str, str]], number: int) -> None:
    """A row in every table, by the columns that are known."""
    for table, kinds in known.items():
        row = {
            name: f"{name} {number}" if kind == "text" else 1000 + number
            for name, kind in kinds.items()
        }
        if "state" in row:
            row["state"] = STATES.get(table, "done")
        names, marks = map(Identifier, row), map(Placeholder, row)
        text = SQL("INSERT INTO {} ({}) VALUES ({})")
        commas = SQL(", ").join
        older.execute(text.format(Identifier(table), commas(names), commas(marks)), row)


def held(older: psycopg.Connection, known: dict[str, dict[str, str]]) -> dict[str, list[dict]]:
    """All rows, by the columns that are known."""
    found = {}
    for table, kinds in known.items():
        names = SQL(", ").join(map(Identifier, kinds))
        text = SQL("SELECT {} FROM {} ORDER BY 1, 2").format(names, Identifier(table))
        found[table] = older.execute(text).fetchall()
    return found


@pytest.mark.parametrize("number", YOUNGER)
def test_a_newer_host_adds_while_an_older_one_is_connected_and_goes_on(
    empty: str, number: int
) -> None:
    """Each step, with a row in every table: all are there afterwards, and more can be written."""
    address = address_of(empty)
    with closing(connect(address)) as older, closing(connect(address)) as newer:
        make_ready(older, address, STEPS[: number - 1])
        known = columns(older)
        write(older, known, 1)
        before = held(older, known)
        make_ready(newer, address, STEPS[:number])
        assert (version(older), len(before["session"])) == (number, 1)
        assert held(older, known) == before
        write(older, known, 2)
        for table, kinds in known.items():
            column = Identifier(next(iter(kinds)))
            text = SQL("UPDATE {} SET {} = {}").format(Identifier(table), column, column)
            assert older.execute(text).rowcount == 2
        assert all(len(rows) == 2 for rows in held(older, known).values())


async def test_rows_of_the_schema_before_are_there_when_this_version_has_the_lease(
    empty: str, tmp_path
) -> None:
    address = address_of(empty)
    with closing(connect(address)) as older:
        make_ready(older, address, STEPS[:-1])
        known = columns(older)
        write(older, known, 1)
        before = held(older, known)
        async with opened(empty, tmp_path) as store:
            after = held(older, known)
            assert len(after.pop("host")) == len(before.pop("host")) + 1, "it leads"
            assert after == before
            assert (await accept(store, 1)).seq == 1


async def test_this_version_leads_on_when_a_newer_one_has_added_to_every_table(
    empty: str, tmp_path
) -> None:
    """What the next release may do: a table more, and a column more in each that there is."""
    told: list[str] = []
    address = address_of(empty)
    async with opened(empty, tmp_path, Tenure(15.0, ends=told.append)) as store:
        assert (await accept(store, 1)).seq == 1
        fence = (await store.claim(KEY, "here")).fence
        with closing(connect(address)) as newer:
            more = [f"ALTER TABLE {name} ADD COLUMN later TEXT" for name in columns(newer)]
            newer.execute("; ".join([*more, "CREATE TABLE later (later TEXT)"]))
        assert (await accept(store, 1)).duplicate
        assert (await accept(store, 2)).seq == 2
        await store.save(fence, (Pause(1.0),), 1.0)
        assert len((await store.claim(KEY, "here")).session.waiting) == 2
        assert [info.key for info in await store.sessions(9)] == [KEY]
        assert await store.open_keys() == (KEY,)
        assert told == []
