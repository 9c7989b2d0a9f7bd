"""Mirrors of sessions' files in PostgreSQL: a row for each file, and its bytes in pieces."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from carrel.core.errors import Fenced
from carrel.core.model import SessionKey
from carrel.ports.mirrors import Change, Entry, Listing, Piece, Standing
from carrel.ports.store import Fence
from carrel.stores.rows import Database, Row

T = TypeVar("T")


class Write(Protocol):
    """Runs what writes in a transaction; calls about the same thing keep their order."""

    def __call__(self, about: str, work: Callable[[Database], T], /) -> Awaitable[T]:
        """The value of `work`."""
        ...


class Read(Protocol):
    """Runs what writes nothing."""

    def __call__(self, work: Callable[[Database], T], /) -> Awaitable[T]:
        """The value of `work`."""
        ...


class PostgresMirrors:
    """Implements `carrel.ports.mirrors.MirrorStore` on a store's own connections.

    What is read is made of its rows where it is read: of 20,000 files that takes a while.
    """

    def __init__(self, write: Write, read: Read) -> None:
        self._write, self._read = write, read

    async def standing(self, key: SessionKey) -> Standing:
        """What there is of a session."""
        return await self._read(lambda database: _standing(database, key))

    async def listing(self, key: SessionKey) -> Listing:
        """All of its files, links and folders."""
        return await self._read(lambda database: _listing(database, key))

    async def pieces(self, key: SessionKey) -> frozenset[str]:
        """The names of all its pieces."""
        return await self._read(lambda database: _pieces(database, key))

    async def fetch(self, key: SessionKey, names: frozenset[str]) -> Mapping[str, bytes]:
        """Those of these pieces that there are."""
        return await self._read(lambda database: _fetch(database, key, names))

    async def send(self, fence: Fence, pieces: Mapping[str, bytes]) -> None:
        """Pieces of a change that is too large for one transaction."""
        await self._write(fence.key, lambda database: _send(database, fence, pieces))

    async def commit(self, fence: Fence, change: Change) -> int:
        """The number of the mirror that the change makes, or 0."""
        return await self._write(fence.key, lambda database: _commit(database, fence, change))

    async def give_up(self, fence: Fence, why: str) -> bool:
        """Keep no mirror of the session."""
        return await self._write(fence.key, lambda database: _give_up(database, fence, why))


def _hold(database: Database, fence: Fence) -> None:
    if database.row("own_session", key=fence.key, epoch=fence.epoch) is None:
        raise Fenced(f"Session {fence.key} has another owner since epoch {fence.epoch}.")


def _standing(database: Database, key: SessionKey) -> Standing:
    row = database.row("mirror", key=key)
    if row is None:
        return Standing(0)
    return Standing(row["number"], not row["unfinished"], row["why"], row["place"])


def _listing(database: Database, key: SessionKey) -> Listing:
    return {bytes(row["path"]): _entry(row) for row in database.rows("mirror_files", key=key)}


def _pieces(database: Database, key: SessionKey) -> frozenset[str]:
    return frozenset(row["name"] for row in database.rows("mirror_pieces", key=key))


def _fetch(database: Database, key: SessionKey, names: frozenset[str]) -> Mapping[str, bytes]:
    rows = database.rows("fetch_pieces", key=key, names=list(names))
    return {row["name"]: bytes(row["body"]) for row in rows}


def _entry(row: Row) -> Entry:
    pieces = tuple(Piece(name, size) for name, size in json.loads(row["pieces"]))
    return Entry(row["kind"], row["mode"], row["time"], pieces)


def _send(database: Database, fence: Fence, pieces: Mapping[str, bytes]) -> None:
    _hold(database, fence)
    database.write("begin_mirror", key=fence.key)
    database.write("open_mirror", key=fence.key)
    _add(database, fence.key, pieces)


def _add(database: Database, key: SessionKey, pieces: Mapping[str, bytes]) -> None:
    if pieces:
        names, bodies = list(pieces), list(pieces.values())
        database.write("add_pieces", key=key, names=names, bodies=bodies)


def _commit(database: Database, fence: Fence, change: Change) -> int:
    key, number = fence.key, database.next_place()
    _hold(database, fence)
    if change.was == 0:
        database.write("begin_mirror", key=key)
    how = {"was": change.was, "ahead": change.ahead, "place": change.place}
    if not database.write("number_mirror", key=key, number=number, **how):
        return 0
    _add(database, key, change.pieces)
    if change.entries:
        _write_files(database, key, change.entries)
    if change.gone:
        database.write("drop_files", key=key, paths=list(change.gone))
    if change.dropped:
        database.write("drop_pieces", key=key, names=list(change.dropped))
    return number


def _write_files(database: Database, key: SessionKey, entries: Listing) -> None:
    kept = entries.values()
    database.write(
        "write_files",
        key=key,
        paths=list(entries),
        kinds=[entry.kind for entry in kept],
        modes=[entry.mode for entry in kept],
        times=[entry.time for entry in kept],
        pieces=[json.dumps([[one.name, one.size] for one in entry.pieces]) for entry in kept],
    )


def _give_up(database: Database, fence: Fence, why: str) -> bool:
    _hold(database, fence)
    database.write("begin_mirror", key=fence.key)
    known = _standing(database, fence.key).why
    if known == why:
        return False
    number = database.next_place()
    database.write("give_up_mirror", key=fence.key, number=number, why=why)
    database.write("drop_all_files", key=fence.key)
    database.write("drop_all_pieces", key=fence.key)
    return not known
