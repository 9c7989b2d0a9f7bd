"""The lease of a session's terminal: a lock that the kernel frees, however its holder ends."""

from __future__ import annotations

import os
from contextlib import suppress

from carrel.core.errors import Refused
from carrel.runtime.lock import FileLock

FILE = "terminal"
"""Its name in the session's folder, which no process of the session sees within walls."""


class Lease(FileLock):
    """Held by `carrel attach` from before it asks for the session until it is gone."""

    def take(self) -> None:
        """Take it, or raise Refused: another terminal has the session."""
        if not self.taken():
            raise Refused("Another terminal continues this session.")

    def signal(self, number: int) -> None:
        """Send a signal to its holder. Nothing happens where there is none."""
        with suppress(OSError, ValueError):
            pid = int(self.holder())
            if pid > 1 and not self.is_free():
                os.kill(pid, number)
