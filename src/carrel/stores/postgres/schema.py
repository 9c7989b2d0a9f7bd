"""The schema's version in a database, and the steps to this code's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from carrel.core.errors import ConfigError
from carrel.stores.postgres.address import Address
from carrel.stores.statements import Migration

_ONE_AT_A_TIME: Final = 0x_CA_44_E1
"""Two hosts that start at once migrate one after the other."""

_LOCK: Final = f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"
_TABLE: Final = "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL)"


def make_ready(
    connection: psycopg.Connection[dict[str, Any]],
    address: Address,
    migrations: Sequence[Migration],
) -> None:
    """Leave this code's schema: all missing steps in one transaction.

    Raises ConfigError for a schema that is newer, and for a database that is not in UTF-8.
    """
    encoding = connection.execute("SHOW server_encoding").fetchone() or {}
    if encoding.get("server_encoding") != "UTF8":
        raise ConfigError(
            f"The database {address.shown} is not in UTF-8: make one with "
            "`createdb --encoding=UTF8 --template=template0`."
        )
    with connection.transaction():
        connection.execute(_LOCK.encode())
        connection.execute("SET LOCAL client_min_messages = 'warning'")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(_TABLE.encode())
        found, newest = version(connection), migrations[-1].number
        _refuse_newer(found, newest, address)
        for migration in migrations:
            if migration.number > found:
                connection.execute(migration.script.encode())
        connection.execute("DELETE FROM schema_version")
        connection.execute("INSERT INTO schema_version VALUES (%s)", (newest,))


def version(connection: psycopg.Connection[dict[str, Any]]) -> int:
    """The schema's version; 0 for an empty database."""
    row = connection.execute("SELECT number FROM schema_version").fetchone()
    return int(row["number"]) if row else 0


def _refuse_newer(found: int, newest: int, address: Address) -> None:
    if found > newest:
        raise ConfigError(
            f"The database {address.shown} has schema {found}, and this Carrel knows up to "
            f"{newest}: install the newer Carrel again."
        )
