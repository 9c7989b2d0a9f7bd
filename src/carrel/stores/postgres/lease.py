"""One gateway on one database: a lease on the database's clock, checked by every transaction.

SQLite's home has a lock that the kernel frees. A database is shared by machines, so that a lock
there is a row with a time: who does not renew it in time loses it, and can write nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from carrel.core.errors import Unavailable
from carrel.stores.rows import Database

LASTS: Final = 15.0
"""Seconds; renewed four times as often."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a host was given: its number tells it from earlier ones of the same host."""

    host: str
    incarnation: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Another host has the lease until then on the database's clock, if it does not renew it."""

    host: str
    until: float


def take(database: Database, host: str) -> Lease | Taken:
    """The lease, unless another host lives. Whoever had it before is shut out for good."""
    database.write("lock_hosts")
    other = database.row("other_live_host", id=host)
    if other is not None:
        return Taken(other["id"], other["lease_until"])
    database.write("shut_out_others", id=host)
    (row,) = database.rows("take_lease", id=host, seconds=LASTS)
    return Lease(host, row["incarnation"])


def renew(database: Database, lease: Lease) -> bool:
    """Make it last anew; False when it is another's."""
    values = {"id": lease.host, "incarnation": lease.incarnation}
    return database.write("renew_lease", **values, seconds=LASTS) > 0


def free(database: Database, lease: Lease) -> None:
    """Let go of it: the next one need not wait."""
    database.write("free_lease", id=lease.host, incarnation=lease.incarnation)


def guard(lease: Callable[[], Lease | None]) -> Callable[[Database], None]:
    """What runs first in every transaction that writes; raises Unavailable."""

    def hold(database: Database) -> None:
        held = lease()
        if held is None:
            raise Unavailable("The store is not open.")
        row = database.row("hold_lease", id=held.host, incarnation=held.incarnation)
        if row is None:
            raise Unavailable("Another gateway has taken this database over.")
        if not row["held"]:
            raise Unavailable("The lease on the database ran out and is being renewed.")

    return hold
