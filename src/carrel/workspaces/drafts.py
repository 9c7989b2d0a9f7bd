"""A session's folder laid out as its mirror is: beside its place, and put there when it is whole.

What the database says is not believed: no path leads out of the folder, no link is on the way,
and every piece is what its name says. Blocking.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from carrel import durable
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.ports.mirrors import Entry, Listing, Piece, Standing
from carrel.workspaces import trash, trees
from carrel.workspaces.surveys import TOPS, Known, remember

PRIVATE: Final = 0o700
WRITE: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
LINES: Final = ".jsonl"
"""How the name of a conversation of an engine ends."""

Parts = tuple[str, ...]
Wanted = tuple[Parts, Piece]


def told_place(sessions: Path, key: SessionKey) -> str:
    """Where a session's folder lies as its agent is told: behind every link."""
    return str(sessions.resolve() / folder_name(key))


class Draft:
    """What is laid out for one session.

    It lies in the trash until it is whole, so that whatever a crash leaves is swept from there.
    Raises ValueError for a mirror that is damaged, OSError where something cannot be done here.
    """

    def __init__(
        self, sessions: Path, key: SessionKey, standing: Standing, entries: Listing
    ) -> None:
        self._place = sessions / folder_name(key)
        self._trash = sessions.with_name("trash")
        self._top = self._trash / f".{self._place.name}-{secrets.token_hex(4)}"
        self._put_or_cleared = threading.Lock()
        self.key, self._standing, self._entries = key, standing, entries
        self._named = {_parts(path): entry for path, entry in entries.items()}

    def begin(self) -> None:
        """Make the folders, and the files without what is in them."""
        self._place.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        self._trash.mkdir(mode=PRIVATE, exist_ok=True)
        self._top.mkdir(mode=PRIVATE)
        for parts, _ in self._of("folder"):
            with trees.below(self._top, parts, make=True):
                pass
        for parts, _ in self._of("file"):
            with trees.below(self._top, parts[:-1], make=True) as folder:
                os.close(os.open(parts[-1], trees.NEW, 0o600, dir_fd=folder))

    def wanted(self, room: int) -> Iterator[tuple[Wanted, ...]]:
        """What files need, in order, some `room` bytes at a time."""
        batch: list[Wanted] = []
        size = 0
        for parts, entry in self._of("file"):
            for piece in entry.pieces:
                batch.append((parts, piece))
                size += piece.size
                if size >= room:
                    yield tuple(batch)
                    batch, size = [], 0
        if batch:
            yield tuple(batch)

    def fill(self, batch: tuple[Wanted, ...], bodies: Mapping[str, bytes]) -> None:
        """Write what was wanted at the ends of its files."""
        for parts, piece in batch:
            body = _checked(piece, bodies)
            with trees.below(self._top, parts[:-1]) as folder:
                descriptor = os.open(parts[-1], WRITE | os.O_APPEND, dir_fd=folder)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(body)

    def links(self) -> frozenset[str]:
        """The names of what the links need."""
        return frozenset(piece.name for _, entry in self._of("link") for piece in entry.pieces)

    def end(self, bodies: Mapping[str, bytes]) -> None:
        """Make the links, and put everything onto the disk."""
        for parts, entry in self._of("link"):
            (piece,) = entry.pieces
            target = os.fsdecode(_checked(piece, bodies))
            with trees.below(self._top, parts[:-1], make=True) as folder:
                os.symlink(target, parts[-1], dir_fd=folder)
        for parts, entry in self._of("file"):
            if parts[0] == "engine" and parts[-1].endswith(LINES):
                self._rename(parts)
            self._settle(parts, entry)
        for parts, entry in reversed(self._of("folder")):
            with trees.below(self._top, parts) as folder:
                os.fchmod(folder, entry.mode & 0o777)
                os.fsync(folder)
        remember(self._top, Known(self._standing.number, self._entries, {}))
        durable.write(self._top / "session", self.key.encode())
        _sync(self._top)

    def put(self) -> None:
        """Take the place of what lies there, which goes to the trash."""
        with self._put_or_cleared:
            if not self._top.is_dir():
                raise FileNotFoundError(errno.ENOENT, "it was cleared", str(self._top))
            trash.replace(self._place, self.key, self._trash, self._top)
            _sync(self._place.parent)

    def clear(self) -> None:
        """Leave nothing behind of what was not put there: the disk may be full of it.

        Whoever waited for `put` may wait no longer, while it goes on; so this waits for it.
        """
        with self._put_or_cleared:
            shutil.rmtree(self._top, ignore_errors=True)

    def _of(self, kind: str) -> list[tuple[Parts, Entry]]:
        """Those of a kind, in the order of their names: a folder before what is in it."""
        found = ((parts, entry) for parts, entry in self._named.items() if entry.kind == kind)
        return sorted(found, key=lambda one: one[0])

    def _rename(self, parts: Parts) -> None:
        """Call the session's folder by its name here, where an agent was told another.

        It is told once, at the beginning of a conversation, where its files and memory lie. Line by
        line: a conversation may be long.
        """
        old, new = (json.dumps(place)[1:-1].encode() for place in self._places)
        if not old or old == new:
            return
        with trees.below(self._top, parts[:-1]) as folder:
            beside = f".carrel-{secrets.token_hex(6)}"
            source = os.open(parts[-1], trees.READ, dir_fd=folder)
            with os.fdopen(source, "rb") as told:
                target = os.open(beside, trees.NEW, 0o600, dir_fd=folder)
                with os.fdopen(target, "wb") as file:
                    file.writelines(line.replace(old, new) for line in told)
            os.replace(beside, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)

    @property
    def _places(self) -> tuple[str, str]:
        """Where the session's folder lay, and where it lies now."""
        return self._standing.place, told_place(self._place.parent, self.key)

    def _settle(self, parts: Parts, entry: Entry) -> None:
        with trees.below(self._top, parts[:-1]) as folder:
            descriptor = os.open(parts[-1], WRITE, dir_fd=folder)
            try:
                os.fchmod(descriptor, entry.mode & 0o777)
                os.utime(descriptor, ns=(entry.time, entry.time))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _checked(piece: Piece, bodies: Mapping[str, bytes]) -> bytes:
    body = bodies.get(piece.name, b"")
    if hashlib.sha256(body).hexdigest() != piece.name:
        raise ValueError(f"{piece.name} is missing or is not what it was")
    return body


def _parts(path: bytes) -> Parts:
    parts = tuple(os.fsdecode(path).split("/"))
    if {"", ".", ".."} & set(parts) or parts[0] not in TOPS or b"\0" in path:
        raise ValueError(f"a path leads out of the session's folder: {path!r}")
    return parts


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, trees.READ | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
