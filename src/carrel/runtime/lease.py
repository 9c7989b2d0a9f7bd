"""The lease of a session's terminal: a lock that the kernel frees, however its holder ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from carrel.core.errors import Refused

FILE = "terminal"
"""Its name in the session's folder, which no process of the session sees within walls."""


class Lease:
    """Held by `carrel attach` from before it asks for the session until it is gone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._fd: int | None = None

    def take(self) -> None:
        """Take it, or raise Refused: another terminal has the session."""
        fd = self._opened()
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            raise Refused("Another terminal continues this session.") from error
        os.truncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def free(self) -> None:
        """Let go. Idempotent."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def is_free(self) -> bool:
        """Whether nobody holds it at this moment."""
        fd = self._opened()
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(fd)
        return True

    def signal(self, number: int) -> None:
        """Send a signal to its holder. Nothing happens where there is none."""
        with suppress(OSError, ValueError):
            pid = int(self._file.read_text("ascii"))
            if pid > 1 and not self.is_free():
                os.kill(pid, number)

    def _opened(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
