"""Copies of the store: made while it is in use, complete or not there at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from carrel.stores.database import connect, connect_reader

_PREFIX: Final = "carrel-"
_SIDES: Final = ("", "-wal", "-shm")


def stamp(now: float) -> str:
    """UTC to the millisecond, so that names sort by age."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"


def newest_first(folder: Path) -> tuple[Path, ...]:
    """The backups in `folder`."""
    return tuple(sorted(folder.glob(f"{_PREFIX}*.db"), reverse=True))


def copy_live(path: Path, folder: Path, now: float, name: str) -> Path:
    """A consistent copy of the database at `path`, whoever writes to it meanwhile."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "backup"
    target = folder / f"{_PREFIX}{stamp(now)}-{plain}.db"
    with (
        _whole(target) as unfinished,
        closing(connect_reader(path)) as live,
        closing(connect(unfinished)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    return target


def keep_newest(folder: Path, count: int) -> None:
    """Delete the backups beyond the newest `count` of each kind.

    The kind is the first word of the name, so that no number of starts pushes a daily one out.
    """
    kinds: dict[str, int] = {}
    for copy in newest_first(folder):
        kind = _kind(copy)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > count:
            copy.unlink(missing_ok=True)


def _kind(copy: Path) -> str:
    named = copy.stem.removeprefix(_PREFIX).partition("-")[2]
    return named.partition("-")[0]


def set_aside(path: Path, folder: Path, now: float, *, keep: bool) -> Path:
    """Move the database and its log to `folder` (or copy them, with `keep`)."""
    aside = folder / f"damaged-{stamp(now)}.db"
    for side in _SIDES:
        file = path.with_name(path.name + side)
        if file.exists():
            target = aside.with_name(aside.name + side)
            shutil.copy2(file, target) if keep else shutil.move(file, target)
    return aside


def restore(copy: Path, path: Path) -> None:
    """Put a backup where the database belongs."""
    with _whole(path) as unfinished:
        shutil.copyfile(copy, unfinished)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write, mode 0600, that appears as `path` only when it is complete and on disk."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
