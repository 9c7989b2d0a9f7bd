"""What a session's folder holds, against what its mirror holds already. Blocking.

What is known of a file's size, times and inode saves reading it again; of a file that has only
grown, no more than its end is a new piece.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from carrel import durable
from carrel.core.errors import Refused
from carrel.ports.mirrors import Change, Entry, Listing, Piece
from carrel.workspaces import trees
from carrel.workspaces.snapshots import FRESH_NS, MOST_BYTES, MOST_FILES, SKIPPED
from carrel.workspaces.trees import Found, Parts

TOPS: Final = frozenset({"work", "memory", "inbox", "engine", "worktrees"})
"""What a session has below its folder that another host needs."""

OF_THIS_HOST: Final = frozenset({("engine", "sessions")})
"""Processes of this host are told there."""

STATE: Final = "mirror.json"
LARGEST: Final = 1 << 20
"""Bytes of a piece."""

LONGEST: Final = 2_000
"""Bytes of a path; what an index of the database can hold is a little more."""

LATEST: Final = (1 << 63) - 1
"""The last time that a database can hold, in ns: the year 2262; a file may say a later one."""

MOST_SMALL: Final = 16
"""Pieces of a file that are smaller; then they become one."""

Stamp = list[int]
Body = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """What a mirror holds: its number, its entries, and what is known of each file beside."""

    number: int
    entries: Listing
    stamps: Mapping[bytes, Stamp]


def needed(entries: Listing) -> frozenset[str]:
    """The names of all pieces of these."""
    return frozenset(piece.name for entry in entries.values() for piece in entry.pieces)


class Survey:
    """One look at a session's folder. Raises Refused where there is too much in it.

    Raises OSError for what is there and cannot be read; what goes meanwhile is gone.

    `entries` is what there is; those of files that may have changed are right once `is_read`.
    """

    def __init__(self, root: Path, known: Known, now_ns: int) -> None:
        self._root, self._known, self._now = root, known, now_ns
        self.entries: dict[bytes, Entry] = {}
        self._stamps: dict[bytes, Stamp] = {}
        self._unread: list[bytes] = []
        self._room = MOST_BYTES
        self._look()
        self._reading = self._read()
        self.is_read = False

    def read(self, room: int) -> Mapping[str, bytes]:
        """Pieces of what may have changed that are new, of some `room` bytes, each only once.

        There are more of them until `is_read`.
        """
        new: dict[str, bytes] = {}
        for name, body in self._reading:
            new[name] = body
            room -= len(body)
            if room <= 0:
                return new
        self.is_read = True
        return new

    def change(
        self, pieces: Mapping[str, bytes], there: frozenset[str] | None, place: str
    ) -> Change:
        """What is otherwise than in the mirror; all must be read.

        `there`: the pieces that the mirror has now, if some were sent ahead. `place`: see Change.
        """
        was, now = self._known.entries, self.entries
        changed = {path: entry for path, entry in now.items() if was.get(path) != entry}
        gone = frozenset(was.keys() - now.keys())
        dropped = (needed(was) | (there or frozenset())) - needed(now)
        return Change(self._known.number, changed, gone, pieces, dropped, there is not None, place)

    def remember(self, number: int) -> None:
        """The mirror with this number is what was seen."""
        old = {path: one for path, one in self._stamps.items() if self._now - one[2] > FRESH_NS}
        seen = Known(number, self.entries, old)
        if seen != self._known:
            remember(self._root, seen)

    def _look(self) -> None:
        walk = trees.walk(self._root, self._without(), SKIPPED, folders_too=True)
        for count, found in enumerate(walk, start=1):
            if count > MOST_FILES:
                raise Refused(f"there are more than {MOST_FILES:,} of them")
            path = os.fsencode("/".join(found.parts))
            if len(path) > LONGEST:
                raise Refused(f"the path of one is longer than {LONGEST:,} bytes")
            if found.is_folder:
                self._folder(path, found)
                continue
            self._take(found.status.st_size)
            self._seen(path, found)

    def _take(self, size: int) -> None:
        """So many bytes more are there."""
        self._room -= size
        if self._room < 0:
            raise Refused(f"they are larger than {MOST_BYTES >> 20} MiB")

    def _folder(self, path: bytes, found: Found) -> None:
        if len(found.parts) >= trees.DEEPEST:
            raise Refused(f"they lie in more than {trees.DEEPEST} folders below one another")
        if os.access(found.parts[-1], os.R_OK | os.X_OK, dir_fd=found.folder):
            self.entries[path] = _entry(found.status, ())
        elif _is_folder(found):
            raise PermissionError(errno.EACCES, "there is a folder among them that is closed")

    def _seen(self, path: bytes, found: Found) -> None:
        stamp, before = _stamp(found.status), self._known.entries.get(path)
        self._stamps[path] = stamp
        whole = before is not None and sum(one.size for one in before.pieces) == stamp[1]
        if before is not None and whole and self._known.stamps.get(path) == stamp:
            self.entries[path] = before
        else:
            self.entries[path] = _entry(found.status, ())
            self._unread.append(path)

    def _without(self) -> frozenset[Parts]:
        others = {(one.name,) for one in self._root.iterdir() if one.name not in TOPS}
        return frozenset(others) | OF_THIS_HOST

    def _read(self) -> Iterator[Body]:
        """The new pieces of each file that may have changed."""
        had = set(needed(self._known.entries))
        for path in self._unread:
            before = self._known.entries.get(path)
            kept = before.pieces if before is not None and before.kind == "file" else ()
            try:
                for name, body in self._file(path, _lasting(kept)):
                    if name not in had:
                        had.add(name)
                        yield name, body
            except OSError as error:
                if error.errno not in trees.GONE:
                    raise
                self.entries.pop(path, None)
                self._stamps.pop(path, None)

    def _file(self, path: bytes, kept: tuple[Piece, ...]) -> Iterator[Body]:
        """Read a file or link; its entry is right when all of its pieces were asked for."""
        *above, name = Path(os.fsdecode(path)).parts
        with trees.below(self._root, tuple(above)) as folder:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            pieces: list[Piece] = []
            if stat.S_ISLNK(status.st_mode):
                yield _piece(os.fsencode(os.readlink(name, dir_fd=folder)), pieces)
            else:
                with os.fdopen(_opened(Found((name,), folder, status)), "rb") as file:
                    status = os.fstat(file.fileno())
                    self._take(status.st_size - self._stamps[path][1])
                    yield from _cut(file, status.st_size, kept, pieces)
        self.entries[path] = _entry(status, tuple(pieces))
        self._stamps[path] = _stamp(status)


def _is_folder(found: Found) -> bool:
    """Whether it is one still."""
    try:
        status = os.stat(found.parts[-1], dir_fd=found.folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in trees.GONE:
            raise
        return False
    return stat.S_ISDIR(status.st_mode)


def _opened(found: Found) -> int:
    """Raises FileNotFoundError where it is no file any more, and OSError as `os.open` does."""
    descriptor = os.open(found.parts[-1], trees.READ, dir_fd=found.folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _cut(file: BinaryIO, size: int, kept: tuple[Piece, ...], pieces: list[Piece]) -> Iterator[Body]:
    """The new pieces of a file; those that it had are left as they are, from the first one on.

    Of `size` bytes: it may grow as fast as it is read.
    """
    for piece in kept:
        body = file.read(min(piece.size, size))
        if hashlib.sha256(body).hexdigest() != piece.name:
            file.seek(-len(body), os.SEEK_CUR)
            break
        pieces.append(piece)
        size -= piece.size
    while body := file.read(min(LARGEST, size)):
        yield _piece(body, pieces)
        size -= len(body)


def _piece(body: bytes, pieces: list[Piece]) -> Body:
    name = hashlib.sha256(body).hexdigest()
    pieces.append(Piece(name, len(body)))
    return name, body


def _lasting(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Those that stay: all, unless many have become small; then those before the first of them."""
    small = [piece.size < LARGEST for piece in pieces]
    return pieces if sum(small) < MOST_SMALL else pieces[: small.index(True)]


def _entry(status: os.stat_result, pieces: tuple[Piece, ...]) -> Entry:
    mode = status.st_mode & 0o777
    if stat.S_ISDIR(status.st_mode):
        return Entry("folder", mode)
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", 0, 0, pieces)
    return Entry("file", mode, max(-LATEST, min(status.st_mtime_ns, LATEST)), pieces)


def _stamp(status: os.stat_result) -> Stamp:
    return [
        *(status.st_mode, status.st_size, status.st_mtime_ns),
        *(status.st_ctime_ns, status.st_ino),
    ]


def known(root: Path) -> Known:
    """What this host remembers of the mirror; nothing where that is lost or damaged."""
    with suppress(OSError, ValueError, RecursionError):
        match json.loads((root / STATE).read_text("utf-8")):
            case {"number": int(number), "entries": dict(entries), "stamps": dict(stamps)}:
                return Known(
                    number,
                    {os.fsencode(path): _unflat(flat) for path, flat in entries.items()},
                    {os.fsencode(path): stamp for path, stamp in stamps.items()},
                )
    return Known(0, {}, {})


def remember(root: Path, one: Known) -> None:
    """Write it down for the next time."""
    said = {
        "number": one.number,
        "entries": {os.fsdecode(path): _flat(entry) for path, entry in one.entries.items()},
        "stamps": {os.fsdecode(path): stamp for path, stamp in one.stamps.items()},
    }
    durable.write(root / STATE, json.dumps(said).encode())


def _flat(entry: Entry) -> list[object]:
    pieces = [[piece.name, piece.size] for piece in entry.pieces]
    return [entry.kind, entry.mode, entry.time, pieces]


def _unflat(flat: object) -> Entry:
    match flat:
        case ["file" | "link" | "folder" as kind, int(mode), int(time), list(pieces)]:
            return Entry(kind, mode, time, tuple(map(_unflat_piece, pieces)))
        case _:
            raise ValueError(f"no entry: {flat}")


def _unflat_piece(flat: object) -> Piece:
    match flat:
        case [str(name), int(size)]:
            return Piece(name, size)
        case _:
            raise ValueError(f"no piece: {flat}")
