"""The PostgreSQL end of a move: one transaction, into which no gateway can write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from carrel.core.errors import ConfigError
from carrel.stores.moving import STAYS, Values
from carrel.stores.postgres.address import Address, connect, in_our_words, refusal
from carrel.stores.postgres.database import PostgresDatabase
from carrel.stores.postgres.dialect import postgres_migrations, postgres_statements
from carrel.stores.postgres.schema import make_ready, version
from carrel.stores.rows import storable

_TYPES: Final = {"text": "text", "bigint": "int8", "double precision": "float8"}

_COLUMNS: Final = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, column_name COLLATE "C"
"""
_PLACE: Final = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS place FROM store_order"
_PATIENT: Final = """
SET idle_in_transaction_session_timeout = 0;
SET statement_timeout = 0;
"""


@dataclass(frozen=True, slots=True)
class PostgresSide:
    """A database with this code's schema, and the type of each column."""

    connection: psycopg.Connection[dict[str, Any]]
    types: Mapping[str, Mapping[str, str]]

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table that moves."""
        return {name: tuple(columns) for name, columns in self.types.items()}

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Values]:
        """All rows of a table."""
        query = _composed("COPY {table} ({columns}) TO STDOUT", table, columns)
        with self.connection.cursor().copy(query) as copy:
            copy.set_types([_TYPES[self.types[table][column]] for column in columns])
            yield from cast("Iterator[Values]", copy.rows())

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Values]) -> None:
        """Add rows to a table."""
        command = _composed("COPY {table} ({columns}) FROM STDIN", table, columns)
        with self.connection.cursor().copy(command) as copy:
            for row in rows:
                copy.write_row(tuple(map(storable, row)))

    def place(self) -> int:
        """How far the store-wide order has counted."""
        (row,) = self.connection.execute(_PLACE.encode()).fetchall()
        return int(row["place"])

    def go_on_from(self, place: int) -> None:
        """Count on from there."""
        self.connection.execute("SELECT setval('store_order', %s, %s)", (max(place, 1), place > 0))


def _composed(text: str, table: str, columns: tuple[str, ...]) -> Composed:
    listed = SQL(", ").join(map(Identifier, columns))
    return SQL(cast("Any", text)).format(table=Identifier(table), columns=listed)


@contextmanager
def reading(address: Address, host: str) -> Iterator[PostgresSide]:
    """The store in a database, as it is; `host` is who looks."""
    with _side(address, host) as connection:
        found, known = version(connection), postgres_migrations()[-1].number
        if found != known:
            raise ConfigError(
                f"The database {address.shown} has schema {found}, and this Carrel works with "
                f"{known}: start Carrel on it once."
            )
        yield PostgresSide(connection, _types(connection))


@contextmanager
def writing(address: Address, host: str) -> Iterator[PostgresSide]:
    """A database to be filled, with this code's schema; all is undone when the block fails."""
    with _side(address, host, prepare=True) as connection:
        yield PostgresSide(connection, _types(connection))


@contextmanager
def _side(
    address: Address, host: str, *, prepare: bool = False
) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    try:
        with closing(connect(address)) as connection:
            connection.execute(_PATIENT.encode())
            if prepare:
                make_ready(connection, address, postgres_migrations())
            with connection.transaction():
                _shut(PostgresDatabase(connection, postgres_statements()), address, host)
                yield connection
    except psycopg.errors.UndefinedTable:
        raise ConfigError(f"There is no store in the database {address.shown}.") from None
    except psycopg.Error as error:
        raise refusal(error, address) or in_our_words(error, address) from error


def _shut(database: PostgresDatabase, address: Address, host: str) -> None:
    """No gateway can begin to write now, and none that lives was there before."""
    database.write("lock_hosts")
    other = database.row("other_live_host", id=host)
    if other is not None:
        raise ConfigError(
            f"A gateway ({other['id']}) uses the database {address.shown}; stop it first. "
            "One that was killed counts as running for 15 seconds more."
        )


def _types(connection: psycopg.Connection[dict[str, Any]]) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(_COLUMNS.encode()).fetchall():
        if row["table_name"] not in STAYS:
            found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return found
