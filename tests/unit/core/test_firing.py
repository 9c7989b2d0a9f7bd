"""Fire times against an oracle that looks at every minute of the clock, and knows no arithmetic.

spec: 13.1 13.2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.firing import (
    At,
    Cron,
    Every,
    described,
    fires,
    instant_of,
    latest,
    next_fire,
    wall_of,
)
from carrel.settings.cron import next_match

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # by half an hour
    "America/Santiago",  # midnight is skipped, and the hour before it comes twice
    "America/Havana",  # midnight is skipped, and midnight comes twice
    "Africa/Casablanca",  # back for a month, whose date moves
)
MINUTE, DAY = 60, 86_400
YEARS = (2024, 2031)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()


@cache
def changes(name: str) -> tuple[int, ...]:
    """The days in which the zone's time changes, in unix seconds."""
    zone = ZoneInfo(name)
    first, last = int(at(YEARS[0], 1, 1)), int(at(YEARS[1], 1, 1))
    days = range(first, last, DAY)
    offsets = [datetime.fromtimestamp(day, zone).utcoffset() for day in days]
    return tuple(day for day, (a, b) in zip(days, pairwise(offsets), strict=False) if a != b)


@cache
def walls(name: str, day: int) -> tuple[datetime, ...]:
    """What the clock shows in every minute of five days round a day."""
    zone = ZoneInfo(name)
    start = day - 2 * DAY
    return tuple(
        datetime.fromtimestamp(start + minute * MINUTE, zone).replace(tzinfo=None)
        for minute in range(5 * DAY // MINUTE)
    )


@dataclass(frozen=True)
class Field:
    """One field of a cron line: as it is written, and what it means."""

    text: str
    means: frozenset[int]


@st.composite
def fields(draw: st.DrawFn, low: int, high: int, names: tuple[str, ...] = ()) -> Field:
    """A star, a star with a step, a list, a range, a range with a step, a name."""
    values = st.integers(low, high)
    match draw(st.sampled_from(("star", "star", "step", "list", "list", "range", "name"))):
        case "star":
            return Field("*", frozenset(range(low, high + 1)))
        case "step":
            step = draw(st.integers(1, high))
            return Field(f"*/{step}", frozenset(range(low, high + 1, step)))
        case "range":
            first, last = sorted((draw(values), draw(values)))
            step = draw(st.sampled_from((1, 1, 2, 5)))
            text = f"{first}-{last}" + (f"/{step}" if step > 1 else "")
            # a range of one value with a step goes on to the end, as it does in cron
            end = high if first == last and step > 1 else last
            return Field(text, frozenset(range(first, end + 1, step)))
        case "name" if names:
            number = draw(st.integers(0, len(names) - 1))
            return Field(
                names[number].lower(), frozenset({number + (1 if len(names) == 12 else 0)})
            )
        case _:
            some = draw(st.lists(values, min_size=1, max_size=3))
            return Field(",".join(map(str, some)), frozenset(some))


@dataclass(frozen=True)
class Line:
    """A cron line whose meaning is known without reading it."""

    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def text(self) -> str:
        parts = (self.minute, self.hour, self.day, self.month, self.weekday)
        return " ".join(part.text for part in parts)

    def names(self, wall: datetime) -> bool:
        day = wall.day in self.day.means
        weekday = bool({wall.isoweekday(), wall.isoweekday() % 7} & self.weekday.means)
        both = self.day.text.startswith("*") or self.weekday.text.startswith("*")
        return (
            wall.minute in self.minute.means
            and wall.hour in self.hour.means
            and wall.month in self.month.means
            and (day and weekday if both else day or weekday)
        )

    @property
    def at_set_times(self) -> bool:
        return not (self.minute.text.startswith("*") or self.hour.text.startswith("*"))


LINES = st.builds(
    Line,
    fields(0, 59),
    fields(0, 23),
    fields(1, 31),
    st.one_of(st.just(Field("*", frozenset(range(1, 13)))), fields(1, 12, tuple(MONTHS))),
    fields(0, 7, tuple(WEEKDAYS)),
)


def expected(line: Line, name: str, day: int) -> list[float]:
    """Every fire time of the three days in the middle, by looking at each minute."""
    clock, start = walls(name, day), day - 2 * DAY
    found, shown = [], set()
    for number, wall in enumerate(clock):
        before = clock[number - 1] if number else wall - timedelta(minutes=1)
        if line.at_set_times:
            skipped = [
                before + timedelta(minutes=n)
                for n in range(1, int((wall - before).total_seconds()) // MINUTE)
            ]
            fire = (line.names(wall) and wall not in shown) or any(map(line.names, skipped))
        else:
            fire = line.names(wall)
        shown.add(wall)
        if fire and DAY < number * MINUTE <= 4 * DAY:
            found.append(float(start + number * MINUTE))
    return found


@st.composite
def days(draw: st.DrawFn) -> tuple[str, int]:
    """A zone, and a day: most often one in which its time changes."""
    name = draw(st.sampled_from(ZONES))
    any_day = st.integers(0, 365 * (YEARS[1] - YEARS[0])).map(
        lambda number: int(at(YEARS[0], 1, 1)) + number * DAY
    )
    return name, draw(st.one_of(st.sampled_from(changes(name)), any_day))


@given(line=LINES, when=days())
def test_fire_times_are_those_of_the_clock_on_the_wall(line: Line, when: tuple[str, int]) -> None:
    name, day = when
    cron = Cron(line.text, ZoneInfo(name))
    span = day - DAY, day + 2 * DAY
    assert list(fires(cron, *span, next_match)) == expected(line, name, day)


@given(line=LINES, when=days(), most=st.integers(0, 5), moment=st.floats(-DAY, 2 * DAY))
def test_the_last_ones_are_the_last_ones(
    line: Line, when: tuple[str, int], most: int, moment: float
) -> None:
    name, day = when
    cron, low = Cron(line.text, ZoneInfo(name)), day + moment
    every = tuple(fires(cron, low, day + 2 * DAY, next_match))
    assert (
        latest(cron, (low, day + 2 * DAY), most, next_match) == every[max(0, len(every) - most) :]
    )


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("line", ["30 2 * * *", "0 0 * * *"])
def test_a_daily_job_fires_once_on_each_day_of_seven_years(name: str, line: str) -> None:
    """spec: 13.2"""
    zone = ZoneInfo(name)
    start, end = at(YEARS[0], 1, 3), at(YEARS[1], 1, 3)
    found = list(fires(Cron(line, zone), start, end, next_match))
    dates = [wall_of(one + 3 * 3600, zone).date() for one in found]
    assert len(found) == (end - start) / DAY
    assert max(b - a for a, b in pairwise(found)) <= 25 * 3600
    assert all(0.9 < (b - a) / DAY < 1.1 for a, b in pairwise(found))
    assert len(set(dates)) >= len(dates) - 1


TABLE = [
    # line, day of the change, fires there by UTC
    ("30 2 * * *", (2027, 3, 28), [(2027, 3, 28, 1, 0)]),
    ("0,30 2 * * *", (2027, 3, 28), [(2027, 3, 28, 1, 0)]),
    ("0 2,3 * * *", (2027, 3, 28), [(2027, 3, 28, 1, 0)]),
    ("*/30 2 * * *", (2027, 3, 28), []),
    ("30 2 * * *", (2027, 10, 31), [(2027, 10, 31, 0, 30)]),
    ("*/30 2 * * *", (2027, 10, 31), [(2027, 10, 31, h, m) for h in (0, 1) for m in (0, 30)]),
    ("15 */2 31 10 *", (2027, 10, 31), [(2027, 10, 30, 22, 15), (2027, 10, 31, 0, 15),
                                        (2027, 10, 31, 1, 15), (2027, 10, 31, 3, 15)]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "day", "expected_fires"), TABLE)
def test_the_table_of_the_documents(line, day, expected_fires) -> None:
    """Berlin: 02:00 becomes 03:00 on 28 March 2027, and 03:00 becomes 02:00 on 31 October."""
    start = at(*day) - 3 * 3600
    found = fires(Cron(line, ZoneInfo("Europe/Berlin")), start, start + 7 * 3600, next_match)
    assert list(found) == [at(*one) for one in expected_fires]


def test_a_line_that_names_no_date_never_fires() -> None:
    cron = Cron("0 0 29 2 1#5", ZoneInfo("UTC"))
    assert next_fire(cron, at(2027, 1, 1), lambda _line, _after: None) is None
    assert list(fires(cron, at(2027, 1, 1), at(2090, 1, 1), lambda _line, _after: None)) == []


def test_a_line_of_leap_days_waits_for_them() -> None:
    cron = Cron("*/30 0 29 2 *", ZoneInfo("America/Havana"))
    assert next_fire(cron, at(2028, 3, 1), next_match) == at(2032, 2, 29, 5, 0)


def test_intervals_are_the_same_everywhere_and_always() -> None:
    hour = Every(3600)
    found = list(islice(fires(hour, 3599.5, 1e12, next_match), 3))
    assert found == [3600.0, 7200.0, 10_800.0]
    assert next_fire(hour, 3600.0, next_match) == 7200.0


def test_once_is_once() -> None:
    assert next_fire(At(50.0), 49.0, next_match) == 50.0
    assert next_fire(At(50.0), 50.0, next_match) is None


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2027-03-28T02:30", (2027, 3, 28, 1, 0)),
        ("2027-10-31T02:30", (2027, 10, 31, 0, 30)),
        ("2027-07-01T12:00", (2027, 7, 1, 10, 0)),
    ],
)
def test_a_wall_time_is_its_first_instant_or_the_first_after_it(wall, instant) -> None:
    clock = datetime.fromisoformat(wall)
    assert instant_of(clock, ZoneInfo("Europe/Berlin")) == at(*instant)


def test_a_skipped_day_is_skipped() -> None:
    """Samoa had no 30 December 2011."""
    cron = Cron("0 9 30 12 *", ZoneInfo("Pacific/Apia"))
    assert next_fire(cron, at(2011, 12, 29), next_match) == at(2011, 12, 30, 10, 0)


def test_what_is_not_wanted_is_not_counted() -> None:
    asked: list[float] = []

    def wanted(one: float) -> bool:
        asked.append(one)
        return one % 86_400 == 0

    found = latest(Every(3600), (0.0, 40 * 86_400.0), 2, next_match, wanted)
    assert found == (39 * 86_400.0, 40 * 86_400.0)
    assert min(asked) > 30 * 86_400.0, "it does not look at the whole past"


def counted(match: Callable[..., object]) -> tuple[Callable[..., object], list[int]]:
    calls = [0]

    def counting(*args: object) -> object:
        calls[0] += 1
        return match(*args)

    return counting, calls


def test_a_busy_line_costs_no_more_after_a_year_than_after_a_day() -> None:
    counting, calls = counted(next_match)
    cron = Cron("* * * * *", ZoneInfo("Europe/Berlin"))
    latest(cron, (at(2026, 1, 1), at(2027, 1, 1)), 2, counting)
    assert calls[0] < 100


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (Cron("0 9 * * *", ZoneInfo("Europe/Berlin")), "0 9 * * * (Europe/Berlin)"),
        (Every(90), "every 90 s"),
        (Every(5400), "every 90 min"),
        (Every(7200), "every 2 h"),
        (Every(604_800), "every 1 w"),
        (At(at(2027, 1, 31, 17, 0)), "once, 2027-01-31 17:00:00 UTC"),
    ],
)
def test_a_schedule_is_told_in_a_few_words(when, words: str) -> None:
    assert described(when) == words
