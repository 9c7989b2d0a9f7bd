"""A connection of psycopg with its statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from carrel.stores.rows import Database, storable


@dataclass(frozen=True, slots=True)
class PostgresDatabase(Database):
    """Runs statements on one connection; what is said twice is planned once."""

    connection: psycopg.Connection[dict[str, Any]]
    sql: Mapping[str, str]

    def rows(self, name: str, **values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        return self._run(name, values).fetchall()

    def write(self, name: str, **values: object) -> int:
        """How many rows a statement changed."""
        return self._run(name, values).rowcount

    def _run(self, name: str, values: Mapping[str, object]) -> psycopg.Cursor[dict[str, Any]]:
        given = {key: storable(value) for key, value in values.items()}
        return self.connection.execute(self.sql[name].encode(), given)
