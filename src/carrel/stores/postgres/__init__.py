"""The store on PostgreSQL, loaded only where it is set up: psycopg is an extra."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.core.errors import ConfigError
from carrel.ports.store import StoreParts

if TYPE_CHECKING:
    from carrel.stores.postgres.store import PostgresStore

NO_DRIVER = "PostgreSQL needs its driver: install it with `pip install 'carrel[postgres]'`."


def build(parts: StoreParts) -> PostgresStore:
    """The store of `[store] url`. Raises ConfigError for a wrong url or a missing driver."""
    try:
        from carrel.stores.postgres import address
        from carrel.stores.postgres.store import Host, PostgresStore
    except ImportError:
        raise ConfigError(NO_DRIVER) from None
    if parts.url is None:
        raise ConfigError("Say where the database is: `url` in `[store]` of carrel.toml.")
    host = Host(host_id(parts.home), parts.tenure)
    return PostgresStore(address.address_of(parts.url), host, parts.clock)


def host_id(home: Path) -> str:
    """What tells this home's gateway from any other's, made once: the machine's name and a number.

    The file goes with the home. Should a copy of the home start elsewhere, it takes the database
    over, and the first one stops.
    """
    file = home / "host"
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        made = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        file.write_text(f"{made}\n", "utf-8")
        return made
