"""A PostgreSQL of one's own, for as long as the tests last: in a temporary folder, on a socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess  # noqa: TID251 - the server is a program, started and ended here
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import psycopg

PATIENCE: Final = 30.0
MISSING: Final = "PostgreSQL is not installed: sudo apt-get install postgresql"
_UNPRIVILEGED: Final = ("postgres", "nobody")
_FAST: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
_SMALL: Final = ("listen_addresses=", "shared_buffers=16MB", "max_connections=60")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest; None where there are none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    here = shutil.which("initdb")
    return Path(here).parent if here else None


class Cluster:
    """One server. `durable`: what was committed survives the power, as for people."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        found = programs()
        if found is None:
            raise RuntimeError(MISSING)
        self._folder, self._programs, self._durable = folder, found, durable
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Write the data folder of an empty server."""
        words = ("--username=carrel", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        if os.getuid() == 0:
            entry = pwd.getpwnam(_unprivileged())
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        command = [*_as_nobody(), str(self._programs / "initdb"), f"--pgdata={self._data}", *words]
        subprocess.run(  # noqa: S603 - the server's own program
            command, check=True, capture_output=True, cwd="/"
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        chosen = (*_SMALL, *(() if self._durable else _FAST))
        options = [word for one in chosen for word in ("-c", one)]
        program = [str(self._programs / "postgres"), "-D", self._data, "-k", self._folder, *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the server
                [*_as_nobody(), *program], stdout=log, stderr=log, cwd="/"
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self._folder / "log").read_text("utf-8"))
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGINT) -> None:
        """End the server: SIGINT for good order, SIGQUIT as after a loss of power. Idempotent."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
            self._process = None

    def url(self, database: str) -> str:
        """How to reach a database of this server."""
        return f"postgresql://carrel:not-asked-for@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database like `template`; its url."""
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f'DROP DATABASE "{database}" WITH (FORCE)')

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement; its rows, if it gives any."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server that runs for as long as the block lasts; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="carrel-pg-"))
    server = Cluster(folder, durable=durable)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in names)


def _as_nobody() -> list[str]:
    """Root may not run a server. If these tests are killed, the server ends by itself."""
    ending = ["setpriv", "--pdeathsig=INT"]
    if os.getuid() != 0:
        return ending
    entry = pwd.getpwnam(_unprivileged())
    return [*ending, f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
