"""Files as they were, kept by their hashes. Blocking; one caller at a time.

A list of a folder's files is itself kept by its hash, so that a turn that changed nothing adds
nothing. What is known of a file's size, times and inode saves reading it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from carrel import durable
from carrel.core.errors import Refused
from carrel.workspaces import trees
from carrel.workspaces.trees import Found, Parts

LARGEST = 8 << 20
"""Bytes of a file that is kept; of a larger one only its size and time are known."""

MOST_FILES = 20_000
MOST_BYTES = 512 << 20
"""Of a folder that is kept."""

FRESH_NS = 2_000_000_000
"""A file that was changed so shortly before it was looked at may change again unseen."""

SKIPPED = frozenset({"node_modules", ".venv", "__pycache__"})
"""Folders that are made anew from what is kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or link as it was. `content`: the hash of what is kept; empty: it is too large."""

    kind: Literal["file", "link"]
    mode: int
    content: str
    large: tuple[int, int] = (0, 0)


Listing = Mapping[str, Entry]
Flat = list[object]
CONTENT = 2
"""Where the hash stands in a flat entry."""


class Snapshots:
    """What is kept below `folder`, which no session can reach."""

    def __init__(self, folder: Path) -> None:
        self._objects, self._seen = folder / "objects", folder / "seen.json"

    def take(self, top: Path, without: frozenset[Parts], now_ns: int) -> tuple[str, int]:
        """Keep what lies below `top`: the name of the listing, and how many bytes are new.

        Raises Refused for a folder that is too large.
        """
        last, seen = self._known()
        fresh: dict[str, object] = {}
        listing: dict[str, Flat] = {}
        room, new = MOST_BYTES, 0
        for count, found in enumerate(trees.walk(top, without, SKIPPED)):
            if count == MOST_FILES:
                raise Refused(f"There are more than {MOST_FILES:,} files here.")
            name, stamp = "/".join(found.parts), _stamp(found)
            match seen.get(name):
                case [old, list(flat)] if old == stamp:
                    entry = flat
                case _:
                    made, added = self._kept(found)
                    entry, new = _flat(made), new + added
            room -= found.status.st_size if entry[CONTENT] else 0
            if room < 0:
                raise Refused(f"The files here are larger than {MOST_BYTES >> 20} MiB.")
            listing[name] = entry
            if now_ns - found.status.st_mtime_ns > FRESH_NS:
                fresh[name] = [stamp, entry]
        unchanged = len(fresh) == len(listing) and fresh == seen
        if last and unchanged and self._path(last).exists():
            return last, 0
        last = self._put(json.dumps(dict(sorted(listing.items()))).encode())
        self._remember(last, fresh)
        return last, new

    def listing(self, name: str) -> Listing:
        """The files of a listing by their names."""
        return {path: _entry(flat) for path, flat in json.loads(self._get(name)).items()}

    def restore(self, top: Path, path: str, entry: Entry | None) -> bool:
        """Make the file what it was, or remove it; False where that cannot be done.

        No link on the way is followed.
        """
        *above, name = path.split("/")
        if {"", ".", ".."} & {*above, name}:
            return False
        try:
            root = os.open(top, trees.READ | os.O_DIRECTORY)
            try:
                folder = trees.folder_below(root, tuple(above), make=entry is not None)
            finally:
                os.close(root)
        except OSError:
            return False
        try:
            return self._restored(folder, name, entry)
        except OSError:
            return False
        finally:
            os.close(folder)

    def _restored(self, folder: int, name: str, entry: Entry | None) -> bool:
        if entry is None:
            os.unlink(name, dir_fd=folder)
            return True
        draft = f".carrel-{secrets.token_hex(6)}"
        content = self._get(entry.content)
        try:
            if entry.kind == "link":
                os.symlink(os.fsdecode(content), draft, dir_fd=folder)
            else:
                with os.fdopen(os.open(draft, trees.NEW, 0o600, dir_fd=folder), "wb") as file:
                    file.write(content)
                    os.fchmod(file.fileno(), entry.mode)
            os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(OSError):
                os.unlink(draft, dir_fd=folder)
            raise
        return True

    def sweep(self, listings: Iterable[str]) -> None:
        """Let go of all that these listings do not hold."""
        kept = set(listings)
        for name in tuple(kept):
            kept |= {entry.content for entry in self.listing(name).values()}
        for path in self._objects.glob("*/*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _kept(self, found: Found) -> tuple[Entry, int]:
        """The entry of a file, and how many bytes are new."""
        status, mode = found.status, found.status.st_mode & 0o777
        if found.is_link:
            with suppress(OSError):
                target = os.readlink(found.parts[-1], dir_fd=found.folder)
                return Entry("link", 0, self._put(os.fsencode(target))), 0
        if status.st_size <= LARGEST and (descriptor := trees.opened(found)) is not None:
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(LARGEST + 1)
            if len(content) <= LARGEST:
                known = self._path(hashlib.sha256(content).hexdigest()).exists()
                return Entry("file", mode, self._put(content)), 0 if known else len(content)
        return Entry("file", mode, "", (status.st_size, status.st_mtime_ns)), 0

    def _path(self, name: str) -> Path:
        return self._objects / name[:2] / name

    def _put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(path, content)
        return name

    def _get(self, name: str) -> bytes:
        """What is kept by that name. Raises OSError where it is gone or no longer what it was."""
        content = self._path(name).read_bytes()
        if hashlib.sha256(content).hexdigest() != name:
            raise OSError(f"{self._path(name)} is damaged")
        return content

    def _known(self) -> tuple[str, dict[str, object]]:
        """The last listing, and of those of its files that were not fresh then: stamp, entry."""
        with suppress(OSError, ValueError):
            last, found = json.loads(self._seen.read_text("utf-8"))
            return last, found
        return "", {}

    def _remember(self, last: str, fresh: Mapping[str, object]) -> None:
        self._seen.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.write(self._seen, json.dumps([last, fresh]).encode())


def _stamp(found: Found) -> list[int]:
    one = found.status
    return [one.st_mode, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino]


def _flat(entry: Entry) -> Flat:
    return [entry.kind, entry.mode, entry.content, *entry.large]


def _entry(flat: Flat) -> Entry:
    match flat:
        case ["file" | "link" as kind, int(mode), str(content), int(size), int(time)]:
            return Entry(kind, mode, content, (size, time))
        case _:
            raise ValueError(f"no entry: {flat}")
