"""What is wrong is logged once, shown until it is mended, and forgotten after an hour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from carrel.platforms.health import KEPT_FOR, MOST, PATIENCE, Health
from carrel.testing.clock import ManualClock


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def health(clock: ManualClock) -> Health:
    found = Health("discord", clock)
    found.found()
    return found


def told(logs) -> list[object]:
    return [line["trouble"] for line in logs if "trouble" in line]


async def test_a_start_has_a_while_to_connect(clock):
    health = Health("discord", clock)
    await clock.advance(PATIENCE)
    assert (health.connected, health.sentences, health.gap) == (False, (), None)
    await clock.advance(1)
    assert health.sentences == ("Not connected for 11 s; trying again.",)
    health.found()
    assert (health.connected, health.sentences) == (True, ())


async def test_a_short_loss_is_logged_and_shown_to_nobody(health, clock, logs):
    health.lost()
    await clock.advance(PATIENCE)
    assert (health.connected, health.sentences) == (False, ())
    assert len(told(logs)) == 1


async def test_a_loss_is_one_loss_however_often_it_is_noticed(health, clock, logs):
    """Each failed try to connect says it again; what was missed begins with the first."""
    begun = clock.now()
    for _ in range(3):
        health.lost()
        health.over()
        await clock.advance(10)
    assert (health.gap, len(told(logs))) == (begun, 1)
    assert health.sentences == ("Not connected for 30 s; trying again.",)


async def test_the_gap_is_that_of_the_last_loss(health, clock):
    health.over()
    health.found()
    await clock.advance(100)
    health.over()
    health.found()
    assert health.gap == clock.now()


def test_an_end_in_order_is_no_trouble(health, logs):
    health.over()
    assert not health.connected
    assert not told(logs)


def test_the_same_cause_is_one_complaint_with_the_newest_words(health, logs):
    health.complain("a", "A is broken.")
    health.complain("b", "B is broken.")
    health.complain("a", "A is still broken.")
    assert health.sentences == ("B is broken.", "A is still broken.")
    assert told(logs) == ["A is broken.", "B is broken."]


def test_what_is_mended_is_not_shown_and_may_break_again(health, logs):
    health.complain("a", "A is broken.")
    health.mended("a")
    health.mended("a")
    health.mended("never broken")
    assert health.sentences == ()
    assert len([line for line in logs if "well again" in str(line["event"])]) == 1
    health.complain("a", "A is broken.")
    assert told(logs) == ["A is broken."] * 2


async def test_after_an_hour_of_silence_a_complaint_is_old(health, clock):
    health.complain("a", "A is broken.")
    health.complain("b", "B is broken.")
    await clock.advance(KEPT_FOR)
    health.complain("b", "B is broken.")
    assert len(health.sentences) == 2
    await clock.advance(1)
    assert health.sentences == ("B is broken.",)


def test_only_the_newest_complaints_are_kept(health):
    """spec: 12.1"""
    for number in range(MOST + 5):
        health.complain(str(number), f"{number}.")
    assert health.sentences == tuple(f"{number}." for number in range(5, MOST + 5))


async def test_the_connection_stands_before_all_complaints(health, clock):
    health.complain("a", "A is broken.")
    health.lost()
    await clock.advance(60)
    assert health.sentences == ("Not connected for 60 s; trying again.", "A is broken.")
