"""Days as people count them: from one midnight of their zone to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Day:
    """From `start` up to `end`, in unix seconds; 23 or 25 hours where the clocks are changed."""

    date: date
    start: float
    end: float


def day_of(at: float, zone: tzinfo) -> Day:
    """The day in which a time (unix seconds) lies."""
    return _day(datetime.fromtimestamp(at, zone).date(), zone)


def last_days(at: float, zone: tzinfo, count: int) -> tuple[Day, ...]:
    """The day in which a time lies and those before it, the newest first."""
    today = datetime.fromtimestamp(at, zone).date()
    return tuple(_day(today - timedelta(days=back), zone) for back in range(count))


def _day(of: date, zone: tzinfo) -> Day:
    return Day(of, _midnight(of, zone), _midnight(of + timedelta(days=1), zone))


def _midnight(of: date, zone: tzinfo) -> float:
    """Where the clocks are changed at midnight, the first moment that carries the date."""
    return datetime.combine(of, time(), zone).timestamp()
