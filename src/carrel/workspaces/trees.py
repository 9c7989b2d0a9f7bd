"""Whole folders that a session writes: walked and copied without following a link. Blocking.

A session may move things while it is looked at, so every folder and file is opened below the one
before, and what turns out to be something else is passed over.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from carrel.core.errors import Refused

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
PIECE = 1 << 20
KEPT = frozenset({stat.S_IFREG, stat.S_IFLNK})
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""What is not there any more, or is something else now."""

DEEPEST = 100
"""Folders below one another; what lies deeper is passed over."""

MOST_FILES = 200_000
MOST_BYTES = 4 << 30

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A file, link or folder: where it is, in which open one, and what it was when looked at.

    `folder` is valid until the next one is asked for.
    """

    parts: Parts
    folder: int
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        """Whether it is a link; else it is a regular file or, where asked for, a folder."""
        return stat.S_ISLNK(self.status.st_mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.status.st_mode)


def walk(
    top: Path,
    without: frozenset[Parts] = frozenset(),
    skipped: frozenset[str] = frozenset(),
    *,
    folders_too: bool = False,
) -> Iterator[Found]:
    """The regular files and the links below `top`, in no certain order.

    `without` are paths below it that are left out with all that is in them; `skipped` are names
    of folders that are left out wherever they lie. `folders_too`: each before what is in it; and
    raises OSError for what is there and cannot be looked at, which else is passed over.
    """

    def pass_over(error: OSError) -> None:
        if folders_too and error.errno not in GONE:
            raise error

    for here, folders, names, folder in os.fwalk(top, onerror=pass_over, follow_symlinks=False):
        parts = Path(here).relative_to(top).parts
        deep = len(parts) >= DEEPEST
        links = [name for name in folders if _is_link(name, folder)]
        folders[:] = [
            n for n in folders if not deep and n not in skipped and (*parts, n) not in without
        ]
        shown = folders if folders_too else ()
        for name in (*names, *links, *(one for one in shown if one not in links)):
            if (*parts, name) in without:
                continue
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                pass_over(error)
                continue
            kind = stat.S_IFMT(status.st_mode)
            if kind in KEPT or (folders_too and kind == stat.S_IFDIR):
                yield Found((*parts, name), folder, status)


def _is_link(name: str, folder: int) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


def opened(found: Found) -> int | None:
    """A descriptor of the file, or None if it is no regular file any more."""
    try:
        descriptor = os.open(found.parts[-1], READ, dir_fd=found.folder)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def copy(
    source: Path,
    target: Path,
    without: frozenset[Parts] = frozenset(),
    files: int = MOST_FILES,
    size: int = MOST_BYTES,
) -> None:
    """Copy what is below `source` into `target`, which nobody else writes.

    Raises Refused beyond so many files, or bytes of them.
    """
    for found in walk(source, without):
        files -= 1
        if files < 0:
            raise Refused("There are more files here than can be copied.")
        into = target.joinpath(*found.parts)
        into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if found.is_link:
            with suppress(OSError):
                into.symlink_to(os.readlink(found.parts[-1], dir_fd=found.folder))
            continue
        descriptor = opened(found)
        if descriptor is not None:
            size -= _copied(descriptor, into, size)


def _copied(source: int, into: Path, most: int) -> int:
    """How many bytes it had. Its source is closed."""
    done = 0
    with os.fdopen(source, "rb") as read, os.fdopen(os.open(into, NEW, 0o600), "wb") as write:
        status = os.fstat(read.fileno())
        while piece := read.read(PIECE):
            done += write.write(piece)
            if done > most:
                raise Refused("The files here are larger than can be copied.")
        os.fchmod(write.fileno(), stat.S_IMODE(status.st_mode) & 0o777)
    os.utime(into, ns=(status.st_atime_ns, status.st_mtime_ns))
    return done


def folder_below(top: int, parts: Parts, *, make: bool = False) -> int:
    """A descriptor of the folder `parts` below an open one; raises OSError for links and files.

    `make`: those that are missing are made.
    """
    here = os.dup(top)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=here)
            below = os.open(part, READ | os.O_DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
    except OSError:
        os.close(here)
        raise
    return here


@contextmanager
def below(top: Path, parts: Parts, *, make: bool = False) -> Iterator[int]:
    """The folder `parts` below `top` as a descriptor; raises OSError as `folder_below` does."""
    root = os.open(top, READ | os.O_DIRECTORY)
    try:
        folder = folder_below(root, parts, make=make)
    finally:
        os.close(root)
    try:
        yield folder
    finally:
        os.close(folder)
