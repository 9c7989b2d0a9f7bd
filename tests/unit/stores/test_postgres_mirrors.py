"""Mirrors of sessions' files in PostgreSQL: what is made of rows. spec: 21.13"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from carrel.core.model import SessionKey
from carrel.ports.mirrors import Entry, Piece
from carrel.stores.postgres.mirrors import PostgresMirrors
from carrel.stores.rows import Database, Row

KEY = SessionKey("discord:1")
ROWS: Mapping[str, Sequence[Row]] = {
    "mirror_files": [
        {"path": b"work/a", "kind": "file", "mode": 420, "time": 7, "pieces": '[["x", 3]]'}
    ],
    "mirror_pieces": [{"name": "x"}],
    "fetch_pieces": [{"name": "x", "body": memoryview(b"abc")}],
}


class Rows(Database):
    """Says the same whatever is asked."""

    def rows(self, name: str, **_: object) -> Sequence[Row]:
        return ROWS[name]

    def write(self, name: str, **_: object) -> int:
        raise AssertionError(name)


async def test_what_is_read_is_made_of_its_rows_where_it_is_read() -> None:
    """Not in the event loop: a mirror may have 20,000 files."""
    made: list[object] = []

    async def read(work: Callable[[Database], Any]) -> Any:
        made.append(work(Rows()))
        return made[-1]

    async def write(_about: str, _work: Callable[[Database], Any]) -> Any:
        raise AssertionError

    mirrors = PostgresMirrors(write, read)
    said = [
        await mirrors.listing(KEY),
        await mirrors.pieces(KEY),
        await mirrors.fetch(KEY, frozenset({"x"})),
    ]
    entry = Entry("file", 0o644, 7, (Piece("x", 3),))
    assert said == made == [{b"work/a": entry}, frozenset({"x"}), {"x": b"abc"}]
