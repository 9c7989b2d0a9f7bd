"""One gateway at a time on one database: a lease on its clock, checked by every transaction.

SQLite's home has a lock that the kernel frees. A database is shared by machines, so that a lock
there is a row with a time: who does not renew it in time loses it, and can write nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from carrel.core.errors import Unavailable
from carrel.ports.hosts import Part
from carrel.stores.rows import Database

OVER = "Another gateway has taken this database over."


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who wants the lease, and for how many seconds without renewing it.

    `part`: one of `engines` only waits. `places`: how many engines may live there.
    """

    host: str
    seconds: float
    version: str = ""
    part: Part = "all"
    places: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a host waits: whether it just `comes`, how many engines live there, what it offers."""

    comes: bool = True
    live: int = 0
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a host was given: a number higher than all that were given before."""

    host: str
    incarnation: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Another host leads, or none (empty). `drains`: somebody wants the one that waits to end."""

    host: str
    drains: bool = False


def take(database: Database, who: Candidate, waiting: Waiting) -> Lease | Taken:
    """The lease, or a sign of life while another host has it.

    Whoever had the lease before is shut out for good. The table is locked only where there is
    something to take: whoever leads must not wait for those who look.
    """
    leads = who.part != "engines"
    if (other := database.row("other_live_host", id=who.host)) is None and leads:
        database.write("lock_hosts")
        other = database.row("other_live_host", id=who.host)
    values = {"id": who.host, "seconds": who.seconds, "version": who.version}
    values |= {"part": who.part, "places": who.places}
    if other is not None or not leads:
        said = {"comes": waiting.comes, "live": waiting.live, "offer": waiting.offer}
        (row,) = database.rows("stand_by", **values, **said)
        return Taken(other["id"] if other is not None else "", bool(row["drains"]))
    database.write("shut_out_others", id=who.host)
    (row,) = database.rows("take_lease", **values)
    return Lease(who.host, row["incarnation"])


@dataclass(frozen=True, slots=True)
class Beat:
    """What renewing came to. `held`: it lasts anew; `drains`: somebody wants this host to end."""

    held: bool
    drains: bool = False


def renew(database: Database, lease: Lease, seconds: float, live: int = 0) -> Beat:
    """Make it last anew, unless it is another's. `live`: how many engines run here."""
    values = {"id": lease.host, "incarnation": lease.incarnation}
    row = database.row("renew_lease", **values, seconds=seconds, live=live)
    return Beat(held=False) if row is None else Beat(held=True, drains=bool(row["drains"]))


def free(database: Database, lease: Lease) -> None:
    """Let go of it: the next one need not wait."""
    database.write("free_lease", id=lease.host, incarnation=lease.incarnation)
    database.rows("tell_hosts")


def ask_to_drain(database: Database, host: str) -> bool:
    """Ask a host to end; False where it is not there."""
    asked = database.write("ask_to_drain", id=host)
    database.rows("tell_hosts")
    return bool(asked)


def guard(lease: Callable[[], Lease | None]) -> Callable[[Database], None]:
    """What runs first in every transaction that writes; raises Unavailable."""

    def hold(database: Database) -> None:
        held = lease()
        if held is None:
            raise Unavailable("The store is not open.")
        row = database.row("hold_lease", id=held.host, incarnation=held.incarnation)
        if row is None:
            raise Unavailable(OVER)
        if not row["held"]:
            raise Unavailable("The lease on the database ran out and is being renewed.")

    return hold
