"""Times as the command line prints them: in UTC, to the minute or to the day."""

from __future__ import annotations

from datetime import UTC, datetime


def minute(at: float) -> str:
    """As `2026-11-28 09:30`; the column, or what follows, says that it is UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def day(at: float) -> str:
    """As `2026-11-28`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
