"""The words of `/schedule`, read and said. spec: 13.11"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.firing import At, Cron, Every
from carrel.core.model import Conversation
from carrel.core.planning import clock, job_of, read, seconds, when_of
from carrel.core.schedules import Reminder
from carrel.core.wishes import Wish
from carrel.settings.cron import line_of

BERLIN = ZoneInfo("Europe/Berlin")
PLACE = Conversation("discord", "1", within=("9",))


def unix(*parts: int) -> float:
    return datetime(*parts, tzinfo=BERLIN).timestamp()


NOW = unix(2027, 3, 27, 12, 0)
"""A Saturday, the day before the clocks change."""


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("", Wish("list")),
        (" list ", Wish("list")),
        ("at 17:00 the bins", Wish("make", "at 17:00", "the bins")),
        ("At 2027-04-01 7:00 a\nb", Wish("make", "At 2027-04-01 7:00", "a\nb")),
        ("in 20m tea", Wish("make", "in 20m", "tea")),
        ("every  2 h look", Wish("make", "every 2 h", "look")),
        ("@daily look", Wish("make", "@daily", "look")),
        ("0 9 * * 1-5 Say what is on", Wish("make", "0 9 * * 1-5", "Say what is on")),
        ("*/5 8-18 1,15 jan-mar MON x", Wish("make", "*/5 8-18 1,15 jan-mar MON", "x")),
        ("cancel ab12", Wish("cancel", id="ab12")),
        ("pause ab12", Wish("pause", id="ab12")),
        ("run report", Wish("run", id="report")),
        ("edit ab12 at 18:00", Wish("edit", "at 18:00", "", "ab12")),
        ("edit ab12 at 18:00 more", Wish("edit", "at 18:00", "more", "ab12")),
        ("edit ab12 of five words in all", Wish("edit", "", "of five words in all", "ab12")),
        ("edit ab12", Wish("edit", id="ab12")),
    ],
)  # fmt: skip
def test_words_are_wishes(words: str, wish: Wish) -> None:
    assert read(words) == wish


@pytest.mark.parametrize("words", ["at 17:00", "remind me of it all"])
def test_a_time_without_words_says_how_it_is_written_and_so_do_words_without_one(
    words: str,
) -> None:
    with pytest.raises(ValueError, match="Say when, then what"):
        read(words)


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("at 17:00", At(unix(2027, 3, 27, 17, 0))),
        ("at 12:00", At(unix(2027, 3, 28, 12, 0))),
        ("at 2:30", At(unix(2027, 3, 28, 3, 0))),
        ("at 2027-12-24 18:30", At(unix(2027, 12, 24, 18, 30))),
        ("in 90", At(NOW + 90)),
        ("in 20m", At(NOW + 1200)),
        ("every 2h", Every(7200)),
        ("0 9 * * 1-5", Cron("0 9 * * 1-5", BERLIN)),
        ("@daily", Cron("0 0 * * *", BERLIN)),
    ],
)
def test_when_that_is(words: str, when: object) -> None:
    """A time of the day is the next one that the wall shows: 2:30 is skipped on that Sunday."""
    assert when_of(words, NOW, BERLIN, line_of) == when


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("at 25:00", "write a time"),
        ("at noon", "write a time"),
        ("at 2027-02-30 10:00", "write a time"),
        ("at 2027-03-27 11:59", "is past"),
        ("every 30s", "from a minute to a year"),
        ("every 800d", "from a minute to a year"),
        ("in soon", "a length of time"),
        ("0 9 31 2 *", "never fires"),
        ("0 25 * * *", "write five fields"),
        ("whenever", "write five fields"),
        ("", "Say when"),
    ],
)
def test_or_what_is_accepted(words: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        when_of(words, NOW, BERLIN, line_of)


@given(st.text(max_size=60), st.floats(0, 4e9))
def test_whatever_is_written_is_a_time_or_a_sentence(text: str, now: float) -> None:
    with suppress(ValueError):
        when_of(read(text).when, now, BERLIN, line_of)


def test_what_is_said_again_and_again_is_a_job_of_that_place_and_nobody_of_rank() -> None:
    reminder = Reminder("ab12", NOW, PLACE, "/new <b>the bins</b>", "Ada", "every 2h")
    job = job_of(reminder, line_of)
    assert (job.conversation, job.home, job.conversation.within) == (PLACE, PLACE, ("9",))
    assert job.prompt == "This is the schedule that Ada asked for: /new <b>the bins</b>"
    assert (job.when, job.title) == (Every(7200), "/new bthe bins/b")


def test_times_are_said_in_the_zone_of_the_wall() -> None:
    assert clock(unix(2027, 7, 1, 9, 0), BERLIN) == "Thu 1 Jul 2027, 09:00 (Europe/Berlin)"
    assert clock(0.0, UTC) == "Thu 1 Jan 1970, 00:00 (UTC)"


def test_a_length_of_time_is_one() -> None:
    assert [seconds(text) for text in ("90", "2h", "1 d")] == [90, 7200, 86_400]
