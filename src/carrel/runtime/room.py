"""Room on the disk: below a floor no turn begins, people are told, and it goes on by itself."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from carrel.ports.clock import Clock

LOOK_AGAIN = 10.0
"""Seconds between two looks while there is too little."""

log = structlog.get_logger(__name__)


class Room:
    """The disk that holds `home`, which shall keep `floor` bytes free.

    What runs already may go on: it is mostly what makes room, and a stop would lose its work.
    """

    def __init__(
        self, home: Path, floor: int, clock: Clock, free: Callable[[Path], int] | None = None
    ) -> None:
        self._home, self._floor, self._clock = home, floor, clock
        self._free = free or _free

    @property
    def left(self) -> int:
        """Bytes that are free now; the floor where the disk does not tell."""
        try:
            return self._free(self._home)
        except OSError:
            return self._floor

    @property
    def trouble(self) -> str:
        """What people must be told, in one sentence; nothing where there is room."""
        left = self.left
        if left >= self._floor:
            return ""
        return (
            f"The disk is nearly full: {left / 1e6:.0f} MB are free and {self._floor / 1e6:.0f} MB "
            "are wanted. Nothing new begins until there is room; nothing is lost."
        )

    async def wait(self, say: Callable[[str], Awaitable[None]]) -> None:
        """Return when there is room; `say` is told once, if it has to be waited for."""
        if not (trouble := self.trouble):
            return
        log.warning("no turn begins", why=trouble)
        await say(trouble)
        while self.trouble:
            await self._clock.sleep(LOOK_AGAIN)
        log.info("there is room on the disk again")


def _free(home: Path) -> int:
    return shutil.disk_usage(home).free
