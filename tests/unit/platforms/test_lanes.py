"""What was heard in a place is done in order; no place waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Full, Unavailable
from carrel.platforms import lanes as module
from carrel.platforms.lanes import Lanes
from carrel.ports.platform import RetryAfter
from carrel.tasks import Tasks
from carrel.testing.clock import ManualClock, settle

Work = Callable[[], Awaitable[None]]


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def lanes(clock: ManualClock) -> AsyncIterator[Lanes]:
    tasks = Tasks("test")
    made = Lanes(clock, tasks)
    made.open()
    yield made
    await tasks.close()


class Done:
    """Notes what was done; work fails with the errors that it is given, one after another."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def work(self, name: str, *errors: Exception, after: asyncio.Event | None = None) -> Work:
        left = list(errors)

        async def do() -> None:
            if after is not None:
                await after.wait()
            if left:
                raise left.pop(0)
            self.names.append(name)

        return do


@pytest.fixture
def done() -> Done:
    return Done()


async def test_in_a_place_order_holds_and_no_place_waits_for_another(lanes, done):
    """spec: 3.3 3.4"""
    answered = asyncio.Event()
    assert lanes.put(1, done.work("first", after=answered))
    assert lanes.put(1, done.work("second"))
    assert lanes.put(2, done.work("elsewhere"))
    await settle()
    assert done.names == ["elsewhere"]
    answered.set()
    await settle()
    assert done.names == ["elsewhere", "first", "second"]


async def test_nothing_is_done_while_the_lanes_are_shut(lanes, done):
    """spec: 3.6"""
    lanes.shut()
    for name in ("a", "b"):
        lanes.put(1, done.work(name))
    lanes.put(2, done.work("c"))
    await settle()
    assert done.names == []
    lanes.open()
    await settle()
    assert sorted(done.names) == ["a", "b", "c"]


async def test_what_is_under_way_when_they_shut_ends_and_the_next_waits(lanes, done):
    answered = asyncio.Event()
    lanes.put(1, done.work("under way", after=answered))
    lanes.put(1, done.work("next"))
    await settle()
    lanes.shut()
    answered.set()
    await settle()
    assert done.names == ["under way"]
    lanes.open()
    await settle()
    assert done.names == ["under way", "next"]


async def test_what_cannot_be_stored_is_given_again_and_what_is_behind_it_waits(
    lanes, done, clock, logs
):
    """spec: 2.6 3.1"""
    lanes.put(1, done.work("first", Unavailable("away"), Full("full"), Unavailable("away")))
    lanes.put(1, done.work("second"))
    seen = []
    for seconds in (0.0, 0.25, 0.5, 1.0):
        await clock.advance(seconds)
        seen.append(list(done.names))
    assert seen == [[], [], [], ["first", "second"]]
    assert len([line for line in logs if line["log_level"] == "warning"]) == 1


async def test_pauses_grow_to_half_a_minute(lanes, clock):
    tries = []

    async def away() -> None:
        tries.append(clock.now())
        raise Unavailable("away")

    lanes.put(1, away)
    await settle()
    await clock.advance(150)
    pauses = [later - at for at, later in pairwise(tries)]
    assert pauses[:10] == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_what_cannot_be_read_is_logged_and_passed_over(lanes, done, logs):
    lanes.put(1, done.work("never", KeyError("author")))
    lanes.put(1, done.work("next"))
    await settle()
    assert done.names == ["next"]
    assert [line["event"] for line in logs] == ["an event could not be read"]


async def test_a_pause_that_discord_asks_for_loses_nothing(lanes, done, clock):
    lanes.put(1, done.work("first", RetryAfter(31.0)))
    await settle()
    await clock.advance(60)
    assert done.names == ["first"]


async def test_too_much_is_not_taken(lanes, done, monkeypatch):
    """spec: 12.1"""
    monkeypatch.setattr(module, "MOST", 3)
    lanes.shut()
    assert [lanes.put(n % 2, done.work(str(n))) for n in range(5)] == [True] * 3 + [False] * 2
    lanes.open()
    await settle()
    assert sorted(done.names) == ["0", "1", "2"]
    assert lanes.put(1, done.work("room again"))
    await settle()
    assert done.names[-1] == "room again"


async def test_what_is_forgotten_makes_room_and_what_is_begun_is_done(lanes, done, monkeypatch):
    monkeypatch.setattr(module, "MOST", 4)
    gate = asyncio.Event()
    lanes.put(1, done.work("begun", after=gate))
    await settle()
    assert [lanes.put(n, done.work(str(n))) for n in (1, 1, 2, 2)] == [True] * 3 + [False]
    lanes.forget()
    assert [lanes.put(1, done.work(f"new {n}")) for n in range(3)] == [True, True, False]
    gate.set()
    await settle()
    assert sorted(done.names) == ["2", "begun", "new 0", "new 1"]


async def test_a_place_where_nothing_happens_costs_nothing(done, clock):
    """spec: 12.3"""
    tasks = Tasks("test")
    lanes = Lanes(clock, tasks)
    lanes.open()
    for place in range(50):
        lanes.put(place, done.work(str(place)))
    await settle()
    assert len(done.names) == 50
    assert (lanes._queues, tasks._running) == ({}, set())


async def test_work_may_put_work_behind_itself(lanes, done):
    async def again() -> None:
        done.names.append("first")
        lanes.put(1, done.work("last"))

    lanes.put(1, again)
    lanes.put(1, done.work("second"))
    await settle()
    assert done.names == ["first", "second", "last"]
