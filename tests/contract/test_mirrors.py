"""Every store of mirrors keeps the port's promises. spec: 21.13 21.14"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from carrel.core.errors import Fenced
from carrel.core.model import SessionKey
from carrel.ports.hosts import Tenure
from carrel.ports.mirrors import Change, Entry, MirrorStore, Piece, Standing
from carrel.ports.store import Fence, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.memory_mirrors import MemoryMirrors
from carrel.stores.postgres import build

KEY, OTHER = SessionKey("discord:1"), SessionKey("discord:2")
ODD = b"work/\xff\xfe \n"
"""No text; names of files are bytes."""

Claim = Callable[[SessionKey], Awaitable[Fence]]


def piece(body: bytes) -> Piece:
    return Piece(hashlib.sha256(body).hexdigest(), len(body))


def bodies(*parts: bytes) -> dict[str, bytes]:
    return {piece(part).name: part for part in parts}


def file(*parts: bytes, time: int = 1 << 60) -> Entry:
    return Entry("file", 0o644, time, tuple(map(piece, parts)))


class MirrorConformance:
    """Each gives `mirrors`: a store of mirrors, and how its sessions are claimed."""

    async def test_nothing_is_there_at_first(self, mirrors) -> None:
        store, _ = mirrors
        assert await store.standing(KEY) == Standing(0)
        assert (await store.listing(KEY), await store.pieces(KEY)) == ({}, frozenset())

    async def test_what_was_committed_is_there_bytes_and_all(self, mirrors) -> None:
        store, claim = mirrors
        fence, body = await claim(KEY), b"\x00\xff" * 700_000
        entries = {ODD: file(body), b"work": Entry("folder", 0o750)}
        entries[b"work/link"] = Entry("link", 0, 0, (piece(b"a"),))
        change = Change(0, entries, pieces=bodies(body, b"a"), place="/srv/one")
        number = await store.commit(fence, change)
        assert await store.standing(KEY) == Standing(number, place="/srv/one")
        assert await store.listing(KEY) == entries
        found = await store.fetch(KEY, frozenset(bodies(body, b"a", b"no such")))
        assert found == bodies(body, b"a")
        assert await store.fetch(OTHER, frozenset(found)) == {}

    async def test_a_change_leaves_the_rest_as_it_was(self, mirrors) -> None:
        store, claim = mirrors
        fence = await claim(KEY)
        before = {b"work/a": file(b"a"), b"work/b": file(b"b"), b"work/c": file(b"c")}
        first = await store.commit(fence, Change(0, before, pieces=bodies(b"a", b"b", b"c")))
        gone, dropped = frozenset({b"work/b"}), frozenset(bodies(b"a", b"b"))
        after = {b"work/a": file(b"A"), b"work/c": file(b"c")}
        change = Change(first, {b"work/a": file(b"A")}, gone, bodies(b"A"), dropped)
        assert await store.commit(fence, change) > first
        assert await store.listing(KEY) == after
        assert await store.pieces(KEY) == frozenset(bodies(b"A", b"c"))

    async def test_a_change_of_another_mirror_than_there_is_changes_nothing(self, mirrors) -> None:
        store, claim = mirrors
        fence = await claim(KEY)
        first = await store.commit(fence, Change(0, {b"work/a": file()}))
        for was in (0, first + 1):
            assert await store.commit(fence, Change(was, {b"work/b": file()})) == 0
        assert await store.listing(KEY) == {b"work/a": file()}
        assert await store.commit(await claim(OTHER), Change(first, {})) == 0
        assert await store.standing(OTHER) == Standing(0)

    async def test_what_was_sent_ahead_counts_when_it_is_committed(self, mirrors) -> None:
        store, claim = mirrors
        fence = await claim(KEY)
        await store.send(fence, bodies(b"a"))
        await store.send(fence, bodies(b"a", b"left over"))
        assert await store.standing(KEY) == Standing(0, whole=False)
        assert await store.listing(KEY) == {}
        entries = {b"work/a": file(b"a")}
        assert await store.commit(fence, Change(0, entries)) == 0, "nobody knows what else is there"
        dropped = frozenset(bodies(b"left over"))
        number = await store.commit(fence, Change(0, entries, dropped=dropped, ahead=True))
        assert await store.standing(KEY) == Standing(number)
        assert await store.pieces(KEY) == frozenset(bodies(b"a"))

    async def test_who_had_the_session_before_can_change_nothing(self, mirrors) -> None:
        store, claim = mirrors
        old = await claim(KEY)
        await store.commit(old, Change(0, {b"work/a": file()}))
        standing = await store.standing(KEY)
        await claim(KEY)
        with pytest.raises(Fenced):
            await store.commit(old, Change(standing.number, {b"work/b": file()}))
        with pytest.raises(Fenced):
            await store.send(old, bodies(b"b"))
        with pytest.raises(Fenced):
            await store.give_up(old, "It is too large.")
        assert await store.standing(KEY) == standing
        assert await store.pieces(KEY) == frozenset()

    async def test_where_none_is_kept_nothing_is_and_it_is_said_once(self, mirrors) -> None:
        store, claim = mirrors
        fence = await claim(KEY)
        first = await store.commit(fence, Change(0, {b"work/a": file(b"a")}, pieces=bodies(b"a")))
        assert await store.give_up(fence, "It is too large.")
        assert not await store.give_up(fence, "It is too large.")
        assert not await store.give_up(fence, "It cannot be read.")
        standing = await store.standing(KEY)
        assert standing.why == "It cannot be read."
        assert (await store.listing(KEY), await store.pieces(KEY)) == ({}, frozenset())
        assert await store.commit(fence, Change(first, {})) == 0
        again = await store.commit(fence, Change(standing.number, {b"work/a": file()}))
        assert await store.standing(KEY) == Standing(again)
        assert await store.give_up(fence, "It is too large."), "it is news again"


class TestMemoryMirrors(MirrorConformance):
    @pytest.fixture
    def mirrors(self) -> tuple[MirrorStore, Claim]:
        store = MemoryMirrors()

        async def claim(key: SessionKey) -> Fence:
            return store.claim(key)

        return store, claim


class TestPostgresMirrors(MirrorConformance):
    @pytest.fixture
    async def mirrors(self, tmp_path, database_url) -> AsyncIterator[tuple[MirrorStore, Claim]]:
        home = tmp_path / "home"
        home.mkdir()
        store = build(StoreParts(home, SystemClock(), database_url, Tenure(mirrors=True)))
        await store.open()

        async def claim(key: SessionKey) -> Fence:
            return (await store.claim(key, store.host)).fence

        yield store.mirrors, claim
        await store.close()
