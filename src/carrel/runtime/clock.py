"""The machine's own clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Real time, in seconds."""

    def now(self) -> float:
        """Unix time."""
        return time.time()  # noqa: TID251 - the one file that owns it

    def monotonic(self) -> float:
        """Time that never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(max(seconds, 0))
