"""What a cron line may be. What it means is held against an oracle in core/test_firing.py."""

from __future__ import annotations

from datetime import datetime

import pytest

from carrel.settings.cron import line_of, next_match


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0 9 * * 1-5", "0 9 * * 1-5"),
        ("  */5   * * * *  ", "*/5 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@Hourly", "0 * * * *"),
        ("0 9 1,15 jan-mar MON", "0 9 1,15 jan-mar MON"),
        ("0 9 L * *", "0 9 L * *"),
    ],
)
def test_lines_words_and_names_are_taken(text: str, line: str) -> None:
    assert line_of(text) == line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("0 0 9 * * *", "five fields"),
        ("@reboot", "five fields"),
        ("61 * * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("0 0 32 * *", "bad day-of-month"),
        ("*/0 * * * *", "bad minute"),
        ("0 9 * * fri-mon", "bad day-of-week"),
        ("0 0 30 2 *", "it never fires"),
        ("0 0 31 4,6 *", "it never fires"),
    ],
)
def test_what_is_no_line_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        line_of(text)


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_match_comes_after_the_time_that_is_asked_about() -> None:
    assert next_match("0 9 * * *", clock("2027-01-01T09:00")) == clock("2027-01-02T09:00")
    assert next_match("0 9 * * *", clock("2027-01-01T08:59:59")) == clock("2027-01-01T09:00")


def test_a_line_may_never_match() -> None:
    assert next_match("* * */20 * 1L", clock("2027-01-01T00:00")) is None
