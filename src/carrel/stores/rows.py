"""Named statements over a connection, whichever database answers them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

V = TypeVar("V")

NO_TEXT: Final = "\0"
"""PostgreSQL's text cannot hold it. What is written as JSON has it escaped."""


class Row(Protocol):
    """One row; its columns by name."""

    def __getitem__(self, column: str, /) -> Any:
        """What stands in the column."""
        ...


class Database(ABC):
    """Runs statements by their name. Rows are read to the end, so that none stays open."""

    __slots__ = ()

    @abstractmethod
    def rows(self, name: str, **values: object) -> Sequence[Row]:
        """All rows of a query."""

    @abstractmethod
    def write(self, name: str, **values: object) -> int:
        """How many rows a statement changed."""

    def row(self, name: str, **values: object) -> Row | None:
        """The only row of a query, or None."""
        rows = self.rows(name, **values)
        return rows[0] if rows else None

    def next_place(self) -> int:
        """The next number of the store-wide order."""
        (row,) = self.rows("next_place")
        return int(row["place"])


def storable(value: V) -> V | str:
    """The value as every database can hold it."""
    if isinstance(value, str) and NO_TEXT in value:
        return value.replace(NO_TEXT, "\ufffd")
    return value
