"""Discord's ids: milliseconds since 2015 and a counter, as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000
SHIFT = 22


class Snowflakes:
    """Makes ids that grow. now: Unix time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def __call__(self) -> str:
        """The next id."""
        stamp = (int(self._now() * 1000) - EPOCH_MS) << SHIFT
        self._last = max(stamp, self._last + 1)
        return str(self._last)


def made_at(snowflake: str) -> float:
    """When an id was made, Unix time in seconds."""
    return ((int(snowflake) >> SHIFT) + EPOCH_MS) / 1000


def iso(moment: float) -> str:
    """A time as Discord writes it: 2026-01-02T03:04:05.678000+00:00."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
