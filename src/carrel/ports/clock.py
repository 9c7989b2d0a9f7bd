"""The clock that everything reads, so that tests can hold it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time from outside. Seconds throughout."""

    def now(self) -> float:
        """Unix time. It may jump; use it for what people and rows see."""
        ...

    def monotonic(self) -> float:
        """Never goes back; use it for time limits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; at once when they are not positive."""
        ...
