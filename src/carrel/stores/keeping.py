"""The care of the file: checked before use, restored when damaged, copied, migrated."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import structlog

from carrel.core.errors import ConfigError
from carrel.ports.clock import Clock
from carrel.stores import backups, migrating
from carrel.stores.damage import Damage, examined, find_damage
from carrel.stores.database import connect, connect_writer
from carrel.stores.statements import Migration, load_migrations

OLDEST_SQLITE = (3, 37, 0)

log = structlog.get_logger(__name__)


class Keeper:
    """Looks after one database file and the folder of its backups. Blocking; run it in a thread."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        clock: Clock,
        keep: int,
        migrations: tuple[Migration, ...] | None = None,
    ) -> None:
        self._path, self._folder, self._clock, self._keep = path, folder, clock, keep
        self._migrations = load_migrations() if migrations is None else migrations

    def make_ready(self) -> tuple[str, ...]:
        """Leave a sound file of this code's schema; returns what people must be told.

        Raises ConfigError for a schema newer than this code.
        """
        for folder in (self._path.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        incidents = self._mend()
        for incident in incidents:
            log.error("store damaged", incident=incident)
        self._migrate(copy=self._path.exists())
        return incidents

    def back_up(self, name: str) -> None:
        """Copy the database in use; the oldest copies of its kind beyond what is kept go."""
        backups.copy_live(self._path, self._folder, self._clock.now(), name)
        backups.keep_newest(self._folder, self._keep)

    def checkpoint(self) -> None:
        """Bring the log into the file and empty it."""
        with closing(connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _mend(self) -> tuple[str, ...]:
        if not self._path.exists():
            return self._missing()
        with examined(self._path) as damage:
            if damage is None:
                return ()
            keep, now = damage.what == "log", self._clock.now()
            aside = backups.set_aside(self._path, self._folder, now, keep=keep)
        if damage.what == "log":
            return (_log_lost(damage, aside),)
        lost = f"The store {self._path} was damaged ({damage.why}) and was moved to {aside}."
        return (self._restored(lost),)

    def _missing(self) -> tuple[str, ...]:
        if not backups.newest_first(self._folder):
            return ()
        backups.set_aside(self._path, self._folder, self._clock.now(), keep=False)
        return (self._restored(f"The store {self._path} is missing."),)

    def _restored(self, lost: str) -> str:
        for copy in backups.newest_first(self._folder):
            if find_damage(copy) is None:
                backups.restore(copy, self._path)
                return (
                    f"{lost} The backup {copy.name} was restored: what came after it is missing, "
                    "and messages from then may be answered again."
                )
        return f"{lost} There is no sound backup, so Carrel starts with an empty store."

    def _migrate(self, *, copy: bool) -> None:
        if not copy:
            os.close(os.open(self._path, os.O_CREAT, 0o600))
        with closing(connect_writer(self._path)) as connection:
            newest = self._migrations[-1].number
            migrating.refuse_newer(connection, newest, self._path)
            if copy:
                self.back_up("start")
            migrating.migrate(connection, self._migrations)


def _log_lost(damage: Damage, aside: Path) -> str:
    return (
        f"The store's newest records are lost: {damage.why}. It goes on with what came before; "
        f"a copy of everything lies at {aside}."
    )


def require_sqlite(found: tuple[int, int, int]) -> None:
    """ConfigError for a SQLite older than the schema needs (STRICT tables, RETURNING)."""
    if found < OLDEST_SQLITE:
        has, needs = (".".join(map(str, version)) for version in (found, OLDEST_SQLITE))
        raise ConfigError(f"Python's SQLite is {has}; Carrel needs {needs}: install a newer one.")
