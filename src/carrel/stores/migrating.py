"""The schema's version, and the steps from one to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from carrel.core.errors import ConfigError
from carrel.stores.statements import Migration


def version(connection: sqlite3.Connection) -> int:
    """The schema's version; 0 for an empty file."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def refuse_newer(connection: sqlite3.Connection, newest: int, path: Path) -> None:
    """ConfigError when the file was written by newer code than this."""
    found = version(connection)
    if found > newest:
        raise ConfigError(
            f"{path} has schema {found}, and this Carrel knows up to {newest}: "
            "install the newer Carrel again, or restore a backup from before it."
        )


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Do the steps that the file has not seen, each in a transaction with its number."""
    for migration in migrations:
        if migration.number > version(connection):
            _do(connection, migration)


def _do(connection: sqlite3.Connection, migration: Migration) -> None:
    number = f"PRAGMA user_version = {migration.number};"
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{migration.script}\n{number}\nCOMMIT;")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
