"""spec: 15.2"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.days import day_of, last_days

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Asuncion")


@given(st.floats(0, 4e9), st.sampled_from(ZONES))
def test_days_follow_one_another_without_a_gap(at: float, name: str) -> None:
    zone = ZoneInfo(name)
    newest, *others = last_days(at, zone, 4)
    assert newest == day_of(at, zone)
    assert newest.start <= at < newest.end
    for later, earlier in zip((newest, *others), others, strict=False):
        assert earlier.end == later.start
        assert 22 <= (earlier.end - earlier.start) / 3600 <= 26


@pytest.mark.parametrize(
    ("when", "hours"),
    [("2027-03-28 12:00", 23), ("2027-10-31 12:00", 25), ("2027-06-01 12:00", 24)],
)
def test_the_day_of_a_change_is_as_long_as_it_is(when: str, hours: int) -> None:
    at = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
    day = day_of(at, ZoneInfo("Europe/Berlin"))
    assert (day.end - day.start) / 3600 == hours
    assert str(day.date) == when[:10]
