"""Mirrors in memory, for tests: as a database keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from carrel.core.errors import Fenced
from carrel.core.model import SessionKey
from carrel.ports.mirrors import Change, Entry, Listing, Standing
from carrel.ports.store import Fence

NOTHING = Standing(0)


@dataclass(slots=True)
class Held:
    """What there is of a session."""

    standing: Standing = NOTHING
    entries: dict[bytes, Entry] = field(default_factory=dict)
    pieces: dict[str, bytes] = field(default_factory=dict)


class MemoryMirrors:
    """Implements `carrel.ports.mirrors.MirrorStore`."""

    def __init__(self) -> None:
        self._held: defaultdict[SessionKey, Held] = defaultdict(Held)
        self._epochs: defaultdict[SessionKey, int] = defaultdict(int)
        self._number = 0

    def claim(self, key: SessionKey) -> Fence:
        """Another owner has the session from now on."""
        self._epochs[key] += 1
        return Fence(key, self._epochs[key])

    async def standing(self, key: SessionKey) -> Standing:
        """What there is of a session."""
        return self._held[key].standing

    async def listing(self, key: SessionKey) -> Listing:
        """All of its files, links and folders."""
        return dict(self._held[key].entries)

    async def pieces(self, key: SessionKey) -> frozenset[str]:
        """The names of all its pieces."""
        return frozenset(self._held[key].pieces)

    async def fetch(self, key: SessionKey, names: frozenset[str]) -> Mapping[str, bytes]:
        """Those of these pieces that there are."""
        return {name: body for name, body in self._held[key].pieces.items() if name in names}

    async def send(self, fence: Fence, pieces: Mapping[str, bytes]) -> None:
        """Pieces of a change that is too large for one transaction."""
        held = self._own(fence)
        held.standing = replace(held.standing, whole=False)
        held.pieces |= pieces

    async def commit(self, fence: Fence, change: Change) -> int:
        """The number of the mirror that the change makes, or 0."""
        held = self._own(fence)
        if held.standing.number != change.was or not (held.standing.whole or change.ahead):
            return 0
        held.entries |= change.entries
        held.pieces |= change.pieces
        for path in change.gone:
            held.entries.pop(path, None)
        for name in change.dropped:
            held.pieces.pop(name, None)
        held.standing = Standing(self._next(), place=change.place)
        return held.standing.number

    async def give_up(self, fence: Fence, why: str) -> bool:
        """Keep no mirror of the session."""
        known = self._own(fence).standing.why
        if known != why:
            self._held[fence.key] = Held(Standing(self._next(), why=why))
        return not known

    def _own(self, fence: Fence) -> Held:
        if self._epochs[fence.key] != fence.epoch:
            raise Fenced(f"Session {fence.key} has another owner since epoch {fence.epoch}.")
        return self._held[fence.key]

    def _next(self) -> int:
        self._number += 1
        return self._number
