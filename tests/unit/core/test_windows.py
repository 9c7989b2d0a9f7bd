from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.windows import active, next_start, window


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("08:00-22:00", ("01T08:00", "06T21:59"), ("01T07:59", "01T22:00")),
        ("22:00-06:00", ("01T22:00", "01T00:00", "01T05:59"), ("01T06:00", "01T21:59")),
        ("mon-fri 9:00-17:00", ("01T09:00", "05T16:59"), ("06T12:00", "07T12:00")),
        ("fri 22:00-06:00", ("05T23:00", "06T05:59"), ("05T05:00", "06T22:00", "07T05:00")),
        ("sat-mon 00:00-24:00", ("06T00:00", "07T12:00", "01T23:59"), ("02T00:00", "05T23:59")),
        ("SUN 23:00-01:00", ("07T23:30", "01T00:30"), ("07T00:30", "01T23:30")),
    ],
)
def test_a_window_holds_what_it_says(text, inside, outside) -> None:
    """March 2027 begins with a Monday."""
    one = window(text)
    assert all(one.holds(clock(f"2027-03-{when}")) for when in inside)
    assert not any(one.holds(clock(f"2027-03-{when}")) for when in outside)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8-22", "write hours as"),
        ("25:00-26:00", "no time of the day"),
        ("08:60-09:00", "no time of the day"),
        ("08:00-08:00", "no time at all"),
        ("24:00-06:00", "no time at all"),
        ("foo 08:00-09:00", "the days are mon, tue"),
    ],
)
def test_what_is_no_window_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        window(text)


def test_no_windows_hold_every_time() -> None:
    assert active((), clock("2027-03-01T03:00"))
    assert not active((window("08:00-22:00"),), clock("2027-03-01T03:00"))


@given(
    texts=st.lists(
        st.sampled_from(("mon 08:00-09:00", "22:00-06:00", "fri-sun 00:00-24:00")), min_size=1
    ),
    wall=st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001 - wall clocks
)
def test_the_next_start_is_the_first_after(texts: list[str], wall: datetime) -> None:
    windows = tuple(map(window, texts))
    start = next_start(windows, wall)
    assert wall < start
    assert active(windows, start)
