from __future__ import annotations

from carrel.cli import times


def test_a_time_is_in_utc_to_the_minute_or_to_the_day() -> None:
    assert times.minute(1_795_901_399.9) == "2026-11-28 21:29"
    assert times.day(1_795_901_399.9) == "2026-11-28"
