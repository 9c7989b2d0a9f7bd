"""Locks on files that the kernel frees, however their holder ends; one gateway on one home."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from carrel.core.errors import ConfigError

TRIES = 20
BETWEEN_TRIES = 0.01
"""Together 200 ms: who only looks whether the lock is free holds it for less."""


class FileLock:
    """Held until `free`, or until the process is gone, kill -9 included."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._fd: int | None = None

    def taken(self) -> bool:
        """Take it if it can be had, and write down by whom.

        Blocks for up to 200 ms, so that whoever just looks at the lock keeps nobody out.
        """
        fd = self._opened()
        if not _soon_locked(fd):
            os.close(fd)
            return False
        os.truncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd
        return True

    def free(self) -> None:
        """Let go. Idempotent."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def is_free(self) -> bool:
        """Whether nobody holds it at this moment; those who look do not see each other."""
        fd = self._opened()
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(fd)
        return True

    def holder(self) -> str:
        """The process that took it last, or nothing."""
        return self._file.read_text(errors="replace")[:32].strip()

    def _opened(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


class HomeLock(FileLock):
    """Held by the gateway that runs on a home."""

    def __init__(self, home: Path) -> None:
        super().__init__(home / "lock")

    def take(self) -> None:
        """Take the lock, or raise ConfigError naming the process that has it."""
        if not self.taken():
            raise ConfigError(
                f"Another gateway (process {self.holder() or 'unknown'}) runs on "
                f"{self._file.parent}; "
                "stop it with `carrel stop`, or give this one another CARREL_HOME."
            )


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
