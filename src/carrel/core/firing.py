"""When a schedule fires, as instants. Zones and their changes of time are settled here.

Cron lines speak of the wall clock of a zone, which skips an hour in spring and repeats one in
autumn. The rules are those that people know from Debian's cron:

* A line that names times of the day (`30 2 * * *`: neither minutes nor hours begin with `*`) fires
  once for what is skipped, at the first moment after; of what comes twice, the first time only.
* A line that goes on round the clock (`*/15 * * * *`) does not fire in what is skipped, and fires
  both times in what comes twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, assert_never

DAY = 86_400
SECOND: Final = timedelta(seconds=1)
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks have no zone
FIRST_LOOK = 3600
"""Seconds that are looked back at first for what was missed; each further look goes farther."""

UNITS = ((604_800, "w"), (86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))

NextMatch = Callable[[str, datetime], datetime | None]
"""The first wall-clock time after another that a cron line names; None: it names no more."""


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields, on the wall clock of `zone`."""

    line: str
    zone: tzinfo

    @property
    def at_set_times(self) -> bool:
        """Whether it names times of the day, rather than going on round the clock."""
        minutes, hours, *_ = self.line.split()
        return not (minutes.startswith("*") or hours.startswith("*"))


@dataclass(frozen=True, slots=True)
class Every:
    """An interval in seconds, counted from 1970-01-01 00:00 UTC: every host counts alike."""

    seconds: int


@dataclass(frozen=True, slots=True)
class At:
    """Once, in unix seconds."""

    at: float


When = Cron | Every | At


def described(when: When) -> str:
    """A schedule in a few words."""
    match when:
        case Cron(line, zone):
            return f"{line} ({zone})"
        case Every(length):
            amount, unit = next((length // n, u) for n, u in UNITS if length % n == 0)
            return f"every {amount} {unit}"
        case At(at):
            return datetime.fromtimestamp(at, UTC).strftime("once, %Y-%m-%d %H:%M:%S UTC")
        case _:
            assert_never(when)


def next_fire(when: When, after: float, match: NextMatch) -> float | None:
    """The first fire time after `after`, in unix seconds; None when there is none any more."""
    match when:
        case Cron(line=line, zone=zone):
            look = _next_set if when.at_set_times else _next_flowing
            return look(line, zone, after, match)
        case Every(seconds):
            return float((math.floor(after / seconds) + 1) * seconds)
        case At(at):
            return at if at > after else None
        case _:
            assert_never(when)


def fires(when: When, after: float, until: float, match: NextMatch) -> Iterator[float]:
    """All fire times after `after` and up to `until`, in order."""
    at = next_fire(when, after, match)
    while at is not None and at <= until:
        yield at
        at = next_fire(when, at, match)


def latest(
    when: When,
    span: tuple[float, float],
    most: int,
    match: NextMatch,
    wanted: Callable[[float], bool] = lambda _: True,
) -> tuple[float, ...]:
    """The last fire times after `span[0]` and up to `span[1]` that are `wanted`, at most `most`.

    Looked for from the end: a line that fires every minute costs no more after a year than after
    a day.
    """
    after, until = span
    back = FIRST_LOOK
    while most > 0:
        low = max(after, until - back)
        found = tuple(at for at in fires(when, low, until, match) if wanted(at))
        if low <= after or len(found) >= most:
            return found[-most:]
        back *= 8
    return ()


def wall_of(at: float, zone: tzinfo) -> datetime:
    """What the clock on the wall shows in `zone` at an instant."""
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def instant_of(wall: datetime, zone: tzinfo) -> float:
    """When the clock on the wall first shows `wall`; if it never does, when it jumps past it."""
    at = wall.replace(tzinfo=zone, fold=0).timestamp()
    if wall_of(at, zone) == wall:
        return at
    before = wall.replace(tzinfo=zone, fold=1).timestamp()
    return _change(before, at, zone)


def _next_set(line: str, zone: tzinfo, after: float, match: NextMatch) -> float | None:
    """Set times come in the order of the wall clock, each at its first instant."""
    wall: datetime | None = wall_of(after, zone)
    while wall is not None and (wall := match(line, wall)) is not None:
        at = instant_of(wall, zone)
        if at > after:
            return at
    return None


def _next_flowing(line: str, zone: tzinfo, after: float, match: NextMatch) -> float | None:
    """Between two changes of the zone's time the wall clock is the instant, moved by an offset."""
    at, wall = after, wall_of(after, zone)
    while (found := match(line, wall)) is not None:
        fire = (found - EPOCH).total_seconds() - _offset(at, zone)
        change = _first_change(at, fire, zone)
        if change is None:
            return fire
        at, wall = change, wall_of(change, zone) - SECOND
    return None


def _first_change(low: float, high: float, zone: tzinfo) -> float | None:
    """The first instant after `low` and up to `high` at which the zone has another offset."""
    offset = _offset(low, zone)
    while low < high:
        near = min(low + DAY, high)
        if _offset(near, zone) != offset:
            return _change(low, near, zone)
        low = near
    return None


def _change(low: float, high: float, zone: tzinfo) -> float:
    """The second at which the offset of `high` begins; `low` has another."""
    first, last, offset = math.floor(low), math.ceil(high), _offset(high, zone)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (first, middle) if _offset(middle, zone) == offset else (middle, last)
    return float(last)


def _offset(at: float, zone: tzinfo) -> float:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
