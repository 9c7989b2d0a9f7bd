"""Goes back to a copy of the store: at every moment either the old one is there or the new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from carrel.core.errors import Refused
from carrel.stores import backups
from carrel.stores.damage import examined, find_damage
from carrel.stores.database import connect, in_our_words

ASKED = "asked"
"""The kind of copies that a person asked for."""
KEPT = 20
"""So many of those are kept; they are not mixed with what Carrel makes by itself."""


def copy_now(path: Path, folder: Path, now: float) -> Path:
    """A copy of the store, in use or not. `now` in unix seconds. Raises Refused without a store."""
    if not path.exists():
        raise Refused(f"There is no store at {path}, so there is nothing to copy.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        copy = backups.copy_live(path, folder, now, ASKED)
    except sqlite3.Error as error:
        raise Refused(f"The store {path} cannot be copied: {error}.") from error
    if damage := find_damage(copy):
        copy.unlink()
        raise Refused(f"The store {path} is damaged: {damage.why}. `carrel restore` goes back.")
    backups.keep_newest(folder, KEPT)
    return copy


def go_back(name: str, path: Path, folder: Path, now: float) -> Path | None:
    """Put the copy with this name in the store's place; returns where the old one is kept.

    Nobody may have the store open. A kill in the middle leaves the old store or the new one.
    Raises Refused where there is no such copy, or it is damaged, Unavailable where the store cannot
    be written.
    """
    copy = folder / name
    if copy not in backups.newest_first(folder):
        raise Refused(f"There is no copy {name!r}; `carrel restore` lists them.")
    if damage := find_damage(copy):
        raise Refused(f"The copy {name} is damaged: {damage.why}. Take another one.")
    try:
        old = _kept(path, folder, now)
        backups.restore(copy, path)
    except (sqlite3.Error, OSError) as error:
        raise in_our_words(error, path) from error
    return old


def _kept(path: Path, folder: Path, now: float) -> Path | None:
    """A copy of what is there; then it has no log any more, and one rename replaces it all."""
    if not path.exists():
        aside = backups.set_aside(path, folder, now, keep=False)
        log = aside.with_name(f"{aside.name}-wal")
        return log if log.exists() else None
    with examined(path) as damage:
        if damage is not None:
            aside = backups.set_aside(path, folder, now, keep=True)
            _drop_log(path)
            return aside
    kept = backups.copy_live(path, folder, now, "replaced")
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    return kept


def _drop_log(path: Path) -> None:
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
