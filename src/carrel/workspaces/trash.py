"""Where folders go that somebody may still want back: beside the others, for a month."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import SessionKey
from carrel.core.names import folder_name

PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Thrown:
    """What lies in the trash: its name there, whose it was, and since when (unix seconds)."""

    name: str
    key: SessionKey
    at: float


def throw(folder: Path, trash: Path) -> None:
    """Move `folder` into `trash` under a name of its own; nothing happens where it is not.

    Raises Unavailable when it cannot be moved; then it stands where it stood.
    """
    target = trash / f"{folder.name}-{secrets.token_hex(4)}"
    try:
        trash.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        folder.rename(target)
        os.utime(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(f"{folder} cannot be moved to the trash: {error.strerror}.") from error


def listed(trash: Path) -> tuple[Thrown, ...]:
    """Everything that can be had back, the newest first."""
    if not trash.is_dir():
        return ()
    found = [_thrown(entry) for entry in trash.iterdir() if (entry / "session").is_file()]
    return tuple(sorted(found, key=lambda one: -one.at))


def _thrown(entry: Path) -> Thrown:
    key = SessionKey((entry / "session").read_text("utf-8"))
    return Thrown(entry.name, key, entry.lstat().st_mtime)


def restore(sessions: Path, trash: Path, name: str) -> Thrown:
    """Put the session's folders back; what it has now goes to the trash in their place.

    Raises Refused where there is nothing by that name, or while a process of the session lives.
    """
    found = next((one for one in listed(trash) if one.name == name), None)
    if found is None:
        raise Refused(f"There is no {name!r} in the trash; `carrel trash list` shows what is.")
    replace(sessions / folder_name(found.key), found.key, trash, trash / name)
    return found


def replace(folder: Path, key: SessionKey, trash: Path, other: Path) -> None:
    """Put `other` in the place of a session's folder, which goes to the trash.

    Raises Refused while a process of the session lives.
    """
    with _held(folder, key):
        throw(folder, trash)
        other.rename(folder)


@contextmanager
def _held(folder: Path, key: SessionKey) -> Iterator[None]:
    """Keep every process of the session away meanwhile; they take the same lock."""
    if not folder.is_dir():
        yield
        return
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        mend = "send it /stop and wait until it is idle, or stop Carrel"
        raise Refused(f"The agent of {key} is open: {mend}.") from None
    finally:
        os.close(descriptor)


def empty(trash: Path, before: float) -> int:
    """Delete for ever what was thrown away before `before` (unix seconds); returns how much."""
    if not trash.is_dir():
        return 0
    old = [entry for entry in trash.iterdir() if entry.lstat().st_mtime < before]
    for entry in old:
        shutil.rmtree(entry, ignore_errors=True)
    return sum(not entry.exists() for entry in old)
