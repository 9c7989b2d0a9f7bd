from __future__ import annotations

import asyncio

import pytest

from carrel.runtime.starts import PATIENT, RECENT, Starts, wait_after
from carrel.testing.clock import ManualClock, settle


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def starts(tmp_path, clock) -> Starts:
    return Starts(tmp_path / "starts", clock)


def test_starts_that_fail_are_counted_until_one_gets_ready(starts) -> None:
    """spec: 18.5"""
    assert [starts.begin() for _ in range(4)] == [0, 1, 2, 3]
    starts.ready()
    assert starts.begin() == 0


def test_a_few_failures_cost_nothing_and_more_of_them_at_most_a_minute() -> None:
    """spec: 18.5"""
    assert [wait_after(n) for n in range(PATIENT)] == [0.0] * PATIENT
    assert [wait_after(n) for n in range(PATIENT, PATIENT + 5)] == [10, 20, 40, 60, 60]


def test_a_home_that_cannot_be_written_is_no_reason_not_to_start(tmp_path, clock) -> None:
    """A full disk above all: the gateway has to come up to say so."""
    starts = Starts(tmp_path / "gone" / "starts", clock)
    assert [starts.begin(), starts.begin()] == [0, 0]
    starts.ready()


async def test_old_failures_tell_nothing(starts, clock) -> None:
    starts.begin()
    await clock.advance(RECENT)
    assert starts.begin() == 0


def test_a_clock_that_was_set_back_tells_nothing(tmp_path) -> None:
    Starts(tmp_path / "starts", ManualClock(2_000_000.0)).begin()
    assert Starts(tmp_path / "starts", ManualClock(1_000_000.0)).begin() == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"rubbish\n1e400\nnan\n"])
def test_a_spoilt_file_keeps_nobody_from_starting(tmp_path, clock, content) -> None:
    file = tmp_path / "starts"
    file.write_bytes(content)
    assert Starts(file, clock).begin() == 0
    assert Starts(file, clock).begin() == 1


def test_to_be_ready_twice_is_no_trouble(starts) -> None:
    starts.ready()
    starts.ready()


async def test_what_failed_again_and_again_waits_and_says_so(starts, clock) -> None:
    for _ in range(PATIENT):
        assert await starts.slow_down() == ""
    waiting = asyncio.create_task(starts.slow_down())
    await settle()
    await clock.advance(9.0)
    assert not waiting.done()
    await clock.advance(1.0)
    assert await waiting == "Carrel failed 3 times in a row to start; logs/carrel.log says why."
