"""One gateway on one home: a lock that the kernel frees, however the process ends."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from carrel.core.errors import ConfigError

TRIES = 20
BETWEEN_TRIES = 0.01
"""Together 200 ms: who only looks whether the lock is free holds it for less."""


class HomeLock:
    """Held from `take` until `free`, or until the process is gone, kill -9 included."""

    def __init__(self, home: Path) -> None:
        self._file = home / "lock"
        self._fd: int | None = None

    def take(self) -> None:
        """Take the lock, or raise ConfigError naming the process that has it.

        Blocks for up to 200 ms, so that whoever just looks at the lock keeps nobody out.
        """
        fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _soon_locked(fd):
            pid = os.read(fd, 32).decode(errors="replace").strip() or "unknown"
            os.close(fd)
            raise ConfigError(
                f"Another gateway (process {pid}) runs on {self._file.parent}; "
                "stop it with `carrel stop`, or give this one another CARREL_HOME."
            )
        os.truncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def free(self) -> None:
        """Let go. Idempotent."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def is_free(self) -> bool:
        """Whether nobody holds it at this moment; those who look do not see each other."""
        fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(fd)
        return True


def _soon_locked(fd: int) -> bool:
    patience = threading.Event()
    for _ in range(TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            patience.wait(BETWEEN_TRIES)
        else:
            return True
    return False
