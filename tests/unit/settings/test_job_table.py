from __future__ import annotations

import pytest

from carrel.settings.job_table import JobTable, seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [("90", 90), ("90s", 90), ("15m", 900), (" 2 h ", 7200), ("1D", 86_400), ("1w", 604_800)],
)
def test_a_length_of_time_has_a_unit(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "m", "1y", "-5m", "1.5h"])
def test_what_is_no_length_of_time_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="write a length"):
        seconds(text)


def test_a_job_says_little_and_the_rest_is_usual() -> None:
    table = JobTable.model_validate({"every": "1h"})
    assert (table.session, table.notify, table.overlap, table.catch_up) == (
        "own", "always", "skip", 1,
    )  # fmt: skip
    assert (table.timeout, table.retries, table.enabled, table.timezone) == (3600, 0, True, "UTC")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "say when"),
        ({"every": "1h", "at": "2027-01-01 10:00"}, "given: every, at"),
        ({"every": "30s"}, "60"),
        ({"at": "tomorrow"}, "write a time"),
        ({"every": "1h", "timezone": "Mars"}, "zone"),
        ({"every": "1h", "timezone": "../../etc/passwd"}, "zone"),
        ({"every": "1h", "session": "mine"}, "own"),
        ({"every": "1h", "notify_to": "here"}, "platform:id"),
        ({"every": "1h", "catch_up": "all"}, "none"),
        ({"every": "1h", "catch_up": "1000"}, "100"),
        ({"every": "1h", "model": "haiku", "session": "default"}, "needs `session: own`"),
        ({"every": "1h", "active": ["8-9"]}, "write hours"),
        ({"every": "1h", "timeout": "30d"}, "604800"),
    ],
)
def test_what_is_no_job_is_explained(said: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        JobTable.model_validate(said)
