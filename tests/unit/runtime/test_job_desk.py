"""What people see and decide of jobs; how the clock carries it on: test_schedules.py."""

from __future__ import annotations

import pytest

from carrel.core.errors import Refused
from carrel.core.firing import Every
from carrel.core.jobs import Job
from carrel.core.model import Conversation
from carrel.core.schedules import Decision, Fire
from carrel.testing.clock import ManualClock
from carrel.testing.house import House, JobList

JOB = Job("report", Every(3600), "hello", notify_to=Conversation("fake", "a"), budget=0.5)
START = 1_000_000.0


async def test_what_a_job_has_cost_today_stands_beside_its_budget(tmp_path) -> None:
    async with House(tmp_path, jobs=JobList([JOB]), clock=ManualClock(START)) as home:
        await home.schedules.look()
        (standing,) = await home.store.standings()
        fire = Fire("report", START, "done", since=START, cost=0.25)
        await home.desk.decided(Decision(standing, planned=(fire,)))
        (info,) = await home.desk.listing()
        assert (info.title, info.today, info.budget) == ("report", 0.25, 0.5)
        assert info.last == fire


async def test_a_decision_stirs_the_clock(tmp_path) -> None:
    async with House(tmp_path, jobs=JobList([JOB]), clock=ManualClock(START)) as home:
        for decide in (home.desk.fire_now, home.desk.pause, home.desk.resume):
            await home.schedules.look()
            assert not home.desk.stirred.is_set()
            await decide("report")
            assert home.desk.stirred.is_set()


async def test_a_job_that_is_not_there_is_named_with_those_that_are(tmp_path) -> None:
    async with House(tmp_path, jobs=JobList([JOB]), clock=ManualClock(START)) as home:
        with pytest.raises(Refused, match="there are: report"):
            await home.desk.history("other", 9)
