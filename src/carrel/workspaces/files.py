"""Files over the wall: in from strangers, out of a session. Blocking; call it off the loop."""

from __future__ import annotations

import errno
import mimetypes
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carrel.core.errors import Full, Refused
from carrel.core.messages import File
from carrel.core.names import safe_file_name
from carrel.ports.workspace import Workspace

PIECE = 1 << 20
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def reserve(inbox: Path, name: str) -> Path:
    """Make an empty file below `inbox`, called as nearly `name` as is safe and free."""
    path = inbox / safe_file_name(name)
    stem, ending = path.stem, path.suffix
    while True:
        try:
            with full_disk():
                os.close(os.open(path, NEW, 0o600))
            return path
        except FileExistsError:
            path = inbox / f"{stem}-{secrets.token_hex(4)}{ending}"


def copy_out(workspace: Workspace, path: str, caption: str, limit: int) -> File:
    """Copy a file of the session's own to a new folder of its outbox; `limit` in bytes.

    `path` is as the session names it; a relative one starts from its working directory.
    """
    source = _open_own(workspace, path)
    try:
        size = _checked_size(source, path, limit)
        name = safe_file_name(path)
        with full_disk():
            target = workspace.outbox / secrets.token_hex(8) / name
            target.parent.mkdir(mode=0o700)
            size = _copy(source, target, size)
    finally:
        os.close(source)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(name, media_type, size, str(target), caption)


def _open_own(workspace: Workspace, path: str) -> int:
    """Open what `path` leads to, if that lies in the session's own folders."""
    if "\0" in path:
        raise Refused("A path with a null character leads to no file.")
    real = Path(os.path.realpath(workspace.work / path))
    for folder in (workspace.work, workspace.memory, workspace.inbox):
        place = Path(os.path.realpath(folder))
        if real.is_relative_to(place):
            return _open_below(place, real.relative_to(place), path)
    raise Refused(f"{path} lies outside this session's own folders, so it is not sent.")


def _open_below(place: Path, relative: Path, path: str) -> int:
    # The session may swap any part of the path for a link while this runs, so each part is opened
    # below the one before and no link is followed any more. A hard link needs no check: walls
    # keep foreign files out of `link`'s reach, and without walls a plain copy would do as well.
    here = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        for part in relative.parts:
            below = os.open(part, flags, dir_fd=here)
            os.close(here)
            here = below
    except OSError as error:
        os.close(here)
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    return here


def _checked_size(source: int, path: str, limit: int) -> int:
    found = os.fstat(source)
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{path} is no regular file, so it is not sent.")
    if found.st_size > limit:
        raise Refused(f"{path} is larger than {limit} bytes, the limit for files that are sent.")
    return found.st_size


def _copy(source: int, target: Path, limit: int) -> int:
    """Copy the file as long as it was when it was checked, though it may grow meanwhile."""
    size = 0
    with os.fdopen(os.open(target, NEW, 0o600), "wb") as out:
        while piece := os.read(source, min(PIECE, limit - size)):
            size += out.write(piece)
    return size


@contextmanager
def full_disk() -> Iterator[None]:
    """Raises Full where the system says that the disk is."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Full("The disk is full; make room and try again.") from error
        raise
