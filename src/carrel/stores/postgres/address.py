"""Where the database is: how to connect, and how to speak of it without the password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from carrel.core.errors import CarrelError, ConfigError, Full, Unavailable

_MEND: Final = "Write it as `postgresql://user:password@host:5432/database`."
_REFUSALS: Final = (
    ("password authentication failed", "give the right user and password"),
    ("no password supplied", "give a password, in the url or in ~/.pgpass"),
    ("role ", "create the user, or name another"),
    ("database ", "create the database, or name another"),
    ("no pg_hba.conf entry", "allow this machine in the server's pg_hba.conf"),
)
"""What a server says when only the operator can help, by its first words, and the mend."""

_CONNECTING: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "application_name": "carrel",
    }
)
"""A server that is gone is found out within ten seconds; the url may say otherwise."""

_SETTINGS: Final = """
SET lock_timeout = '10s';
SET statement_timeout = '30s';
SET idle_in_transaction_session_timeout = '15s';
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off';
"""
"""Whoever stops in the middle of a transaction lets go of its rows; a commit is on the disk.

No statement of a gateway takes as long as the limit, unless the server is stuck.
"""


@dataclass(frozen=True, slots=True)
class Address:
    """A database. `shown` is what may be said of it: host and name, no password."""

    url: str
    shown: str


def address_of(url: str) -> Address:
    """The database that the url names; ConfigError when it is none. The url is never repeated."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise ConfigError(f"store.url is not the address of a PostgreSQL database. {_MEND}")
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        raise ConfigError(f"store.url cannot be read. {_MEND}") from None
    if not given.get("dbname"):
        raise ConfigError(f"store.url names no database. {_MEND}")
    where = given.get("host") or "this machine"
    return Address(url, f"{given['dbname']} on {where}")


def connect(address: Address) -> psycopg.Connection[dict[str, Any]]:
    """A connection in autocommit; raises psycopg.Error."""
    connection = psycopg.connect(
        **_given(address),
        autocommit=True,
        row_factory=dict_row,
        cursor_factory=psycopg.ClientCursor,
    )
    try:
        connection.execute(_SETTINGS)
    except psycopg.Error:
        connection.close()
        raise
    return connection


async def listening(address: Address) -> psycopg.AsyncConnection[Any]:
    """A connection of the event loop, for what the server says; raises psycopg.Error."""
    return await psycopg.AsyncConnection.connect(**_given(address), autocommit=True)


def _given(address: Address) -> dict[str, Any]:
    return {**_CONNECTING, **conninfo_to_dict(address.url)}


def refusal(error: psycopg.Error, address: Address) -> ConfigError | None:
    """What the operator must do before the server lets us in; None when time may mend it."""
    said = first_line(error)
    fatal = said.partition("FATAL:")[2].strip()
    for words, mend in _REFUSALS:
        if fatal.startswith(words):
            return ConfigError(f"The database {address.shown} refuses us ({fatal}): {mend}.")
    return None


def in_our_words(error: psycopg.Error, address: Address) -> CarrelError | ValueError:
    """Full for a full disk, Unavailable for the rest of the world, ValueError for our own fault."""
    ours = psycopg.IntegrityError, psycopg.DataError, psycopg.errors.ProgramLimitExceeded
    if isinstance(error, ours):
        return ValueError(f"the rows forbid it: {first_line(error)}")
    if isinstance(error, psycopg.errors.DiskFull):
        return Full(f"The disk of the database {address.shown} is full; free some space.")
    return Unavailable(f"The database {address.shown} does not answer: {first_line(error)}.")


def first_line(error: psycopg.Error) -> str:
    """What went wrong, without the rows that it happened to."""
    said = error.diag.message_primary or str(error).strip() or type(error).__name__
    return said.splitlines()[-1].strip() if "FATAL:" in said else said.splitlines()[0]
