"""A store's rows carried to another database: all of them, and looked at one by one afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from carrel.core.errors import ConfigError, Unavailable
from carrel.stores.rows import storable

Values = tuple[str | int | float | None, ...]

STAYS: Final = frozenset(
    {"host", "store_order", "schema_version", "mirror", "mirror_file", "mirror_piece"}
)
"""Tables that are about a database itself: its hosts, its counter, its schema; and the mirrors,
which the next turn of each session makes anew."""

_ROUND: Final = 1 << 256


class Side(Protocol):
    """One end of a move, inside a transaction that is undone unless the move ends well."""

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table that moves, by name, in the order of their names."""
        ...

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[Values]:
        """All rows of a table, in any order."""
        ...

    def fill(self, table: str, columns: tuple[str, ...], rows: Iterable[Values]) -> None:
        """Add rows to a table."""
        ...

    def place(self) -> int:
        """How far the store-wide order has counted."""
        ...

    def go_on_from(self, place: int) -> None:
        """Count on from there."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a table has, and a digest of their content in which order plays no part."""

    rows: int
    digest: str


def move(source: Side, target: Side) -> Mapping[str, Tally]:
    """Carry everything over; what each table holds then, the same on both sides.

    Does nothing where everything is there already. Raises ConfigError for a target with other
    rows, Unavailable when the copy is not what it was made from.
    """
    tables = source.tables()
    if target.tables() != tables:
        raise ConfigError("The two stores have different tables: start Carrel once on each.")
    wanted, there = tally(source), tally(target)
    if there != wanted:
        if any(held.rows for held in there.values()):
            raise ConfigError(
                "The database to move to has other rows already: give it an empty one."
            )
        for table, columns in tables.items():
            target.fill(table, columns, source.rows(table, columns))
    target.go_on_from(source.place())
    if tally(target) != wanted or target.place() != source.place():
        raise Unavailable("The copy differs from the original; nothing was changed. Try again.")
    return wanted


def tally(side: Side) -> Mapping[str, Tally]:
    """What each table holds."""
    return {table: _tally(side.rows(table, columns)) for table, columns in side.tables().items()}


def _tally(rows: Iterable[Values]) -> Tally:
    count = total = 0
    for row in rows:
        count += 1
        said = json.dumps([storable(value) for value in row]).encode()
        total += int.from_bytes(hashlib.sha256(said).digest(), "big")
    return Tally(count, f"{total % _ROUND:064x}")
