"""Hours and days in which something may happen: `08:00-22:00`, `mon-fri 22:00-06:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_DAY = 24 * 60
FORM = "hours as `08:00-22:00`, with days before them as `mon-fri 08:00-22:00`"

_WINDOW: Final = re.compile(
    r"(?:([a-z]{3})(?:-([a-z]{3}))?\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to `end`, in minutes of the day; over midnight where `end` comes first.

    `days`: 0 is Monday. A window over midnight is of the day on which it begins.
    """

    days: frozenset[int]
    start: int
    end: int

    def holds(self, wall: datetime) -> bool:
        """Whether a time on the wall clock lies within."""
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        late, early = minute >= self.start, minute < self.end
        return (late and day in self.days) or (early and (day - 1) % 7 in self.days)


def window(text: str) -> Window:
    """The window that a text describes. Raises ValueError with what is accepted."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"write {FORM}, not {text!r}")
    first, last = found[1], found[2] or found[1]
    start, end = _minute(found[3], found[4]), _minute(found[5], found[6])
    if start in {end, WHOLE_DAY}:
        raise ValueError(f"{text!r} holds no time at all; write {FORM}")
    return Window(_days(first, last), start, end)


def active(windows: tuple[Window, ...], wall: datetime) -> bool:
    """Whether a time lies within any of the windows; no windows hold every time."""
    return not windows or any(one.holds(wall) for one in windows)


def next_start(windows: tuple[Window, ...], wall: datetime) -> datetime:
    """When the next of the windows begins after `wall`; there must be one."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (
        midnight + timedelta(days=day, minutes=one.start)
        for day in range(8)
        for one in windows
        if (midnight.weekday() + day) % 7 in one.days
    )
    return min(start for start in starts if start > wall)


def _minute(hours: str, minutes: str) -> int:
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > WHOLE_DAY:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"{hours}:{minutes} is no time of the day")
    return minute


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None or last is None:
        return frozenset(range(7))
    for name in (first, last):
        if name.lower() not in DAYS:
            raise ValueError(f"{name!r} is no day; the days are {', '.join(DAYS)}")
    begin, end = DAYS.index(first.lower()), DAYS.index(last.lower())
    return frozenset((begin + n) % 7 for n in range((end - begin) % 7 + 1))
