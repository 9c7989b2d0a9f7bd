"""Jobs and reminders in a whole house. What kills and clocks do: test_schedules_for_ever.py.

spec: 13.3 13.5 13.6
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from carrel.core.budgets import Budget
from carrel.core.errors import Refused
from carrel.core.firing import At, Every
from carrel.core.jobs import Job
from carrel.core.model import Conversation
from carrel.core.routing import Rules
from carrel.core.schedules import Decision, Fire, Reminder
from carrel.runtime import schedules as module
from carrel.runtime.schedules import SHORTEST
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House, JobList

PLACE = Conversation("fake", "a")
JOB = Job("report", Every(3600), "hello", notify_to=PLACE)
START = 1_000_000.0 - 1_000_000.0 % 3600 + 10


LOOK = 50.0


@pytest.fixture(autouse=True)
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours pass in these tests, and nothing in them hangs on how often anybody looks."""
    monkeypatch.setattr(module, "LOOK", LOOK)
    monkeypatch.setattr(module, "AT_WORK", LOOK)


def house(tmp_path, *jobs: Job) -> House:
    return House(tmp_path, jobs=JobList(list(jobs)), clock=ManualClock(START))


async def pass_by(home: House, seconds: float) -> None:
    """Let time pass with looks as often as the loop has them."""
    end = home.clock.now() + seconds
    while home.clock.now() < end:
        wait = await home.schedules.look()
        await settle()
        await home.clock.advance(min(wait, end - home.clock.now()))
    await home.schedules.look()
    await settle()


async def states(home: House, name: str = "report") -> list[str]:
    return [one.fire.state for one in await home.desk.history(name, 9)]


async def test_a_job_fires_at_its_times_and_answers(tmp_path) -> None:
    async with house(tmp_path, JOB) as home:
        await pass_by(home, 2 * 3600)
        assert home.platform.answers() == ["echo: hello"] * 2
        (last, first) = await home.desk.history("report", 9)
        assert (first.fire.at, last.fire.at) == (START - 10 + 3600, START - 10 + 7200)
        assert (last.fire.state, last.answer) == ("done", "echo: hello")
        assert (await home.desk.history("report", 1)) == (last,)


async def test_a_budget_holds_a_job_back_until_the_next_day_and_says_so(tmp_path) -> None:
    """spec: 15.3"""
    job = replace(JOB, when=Every(86_400), notify="on-error")
    async with House(
        tmp_path, jobs=JobList([job]), clock=ManualClock(START), budget=Budget(day=1.0)
    ) as home:
        await home.say("cost 2", "b")
        await home.platform.until(lambda: any("used up" in n for n in home.platform.notices()))
        await home.desk.fire_now("report")
        await home.schedules.look()
        await settle()
        told = "report: Today's budget is used: 2.00 of 1.00 dollars. 1 waiting"
        assert any(text.startswith(told) for text in home.platform.notices())
        await pass_by(home, 2 * 3600)
        assert await states(home) == ["given"], "its time does not run out meanwhile"
        await pass_by(home, 86_400)
        assert "done" in await states(home)
        assert "failed" not in await states(home)


async def test_it_is_looked_at_in_time_and_not_too_often(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "AT_WORK", 3.0)
    async with house(tmp_path, replace(JOB, prompt="hang")) as home:
        assert await home.schedules.look() == LOOK
        await home.clock.advance(3600 - 15)
        assert await home.schedules.look() == pytest.approx(5.0)
        await home.clock.advance(4.9)
        assert await home.schedules.look() == SHORTEST
        await home.clock.advance(SHORTEST)
        assert await home.schedules.look() == 3.0


async def test_two_that_look_at_once_fire_once(tmp_path) -> None:
    async with house(tmp_path, JOB) as home:
        await home.schedules.look()
        await home.clock.advance(3600)
        await asyncio.gather(*(home.schedules.look() for _ in range(5)))
        await settle()
        assert home.platform.answers() == ["echo: hello"]


async def test_a_fire_during_the_one_before_is_skipped(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="hang", timeout=1e9)) as home:
        await pass_by(home, 2 * 3600)
        assert await states(home) == ["skipped", "given"]


async def test_or_it_waits(tmp_path) -> None:
    job = replace(JOB, prompt="hang", timeout=1e9, overlap="queue")
    async with house(tmp_path, job) as home:
        await pass_by(home, 2 * 3600)
        assert await states(home) == ["given", "given"]
        assert home.registry.waiting == 1


async def test_a_turn_that_takes_too_long_is_stopped_and_has_failed(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="hang", timeout=60)) as home:
        await pass_by(home, 3600 + 250)
        assert await states(home) == ["failed"]
        assert "report: It took longer than 1 min 0 s, and was stopped." in home.platform.notices()


async def test_a_failure_is_tried_again(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="fail no", retries=2)) as home:
        await pass_by(home, 3600 + 250)
        (only,) = await home.desk.history("report", 9)
        assert (only.fire.state, only.fire.tries) == ("failed", 3)
        assert home.platform.notices() == ["report: no"] * 3


async def test_three_failures_in_a_row_pause_it_and_say_so(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="fail no")) as home:
        await pass_by(home, 5 * 3600)
        assert await states(home) == ["failed"] * 3
        paused = "report: Paused. It failed 3 times in a row. "
        assert sum(text.startswith(paused) for text in home.platform.notices()) == 1
        (info,) = await home.desk.listing()
        assert (info.paused, info.next_at) == ("It failed 3 times in a row.", None)
        await home.desk.resume("report")
        await pass_by(home, 3600)
        assert len(await states(home)) == 4


async def test_a_person_fires_pauses_and_resumes(tmp_path) -> None:
    async with house(tmp_path, JOB) as home:
        await home.desk.fire_now("report")
        await home.schedules.look()
        await settle()
        assert home.platform.answers() == ["echo: hello"]
        await home.desk.pause("report")
        await pass_by(home, 3 * 3600)
        assert len(home.platform.answers()) == 1
        await home.desk.resume("report")
        await pass_by(home, 3600)
        assert len(home.platform.answers()) == 2, "what the pause held back is not made up for"
        with pytest.raises(Refused, match="there are: report"):
            await home.desk.pause("other")


async def test_once_is_once(tmp_path) -> None:
    job = replace(JOB, when=At(START + 60))
    async with house(tmp_path, job) as home:
        await pass_by(home, 7200)
        assert home.platform.answers() == ["echo: hello"]
        (info,) = await home.desk.listing()
        assert info.next_at is None


async def test_a_job_without_its_file_is_forgotten_and_one_with_a_spoilt_file_is_not(
    tmp_path,
) -> None:
    async with house(tmp_path, JOB) as home:
        await home.schedules.look()
        await home.desk.pause("report")
        home.jobs.jobs, home.jobs.spoilt = [], {"report": "report.md:1: no"}
        await home.schedules.look()
        assert [one.paused for one in await home.store.standings()] == ["A person paused it."]
        home.jobs.spoilt = {}
        await home.schedules.look()
        assert await home.store.standings() == ()


async def test_a_job_that_is_not_taken_has_failed_and_says_why(tmp_path) -> None:
    async with house(tmp_path, replace(JOB, prompt="x" * 10_001)) as home:
        await pass_by(home, 3600)
        assert await states(home) == ["failed"]
        (notice,) = home.platform.notices()
        assert "more than the 10,000 allowed" in notice


async def test_a_reminder_is_said_once_when_its_time_has_come(tmp_path) -> None:
    reminder = Reminder("r1", START + 60, PLACE, "/new the oven", "Ada")
    async with house(tmp_path) as home:
        await home.store.remind(reminder)
        await home.store.remind(replace(reminder, id="r2", at=START + 9000))
        assert await home.schedules.look() == LOOK
        await pass_by(home, 300)
        words = "echo: This is the reminder that Ada asked for: /new the oven"
        assert home.platform.answers() == [words]
        assert [one.id for one in await home.store.reminders(None)] == ["r2"]


async def test_a_reminder_where_nobody_is_answered_is_refused(tmp_path) -> None:
    home = house(tmp_path)
    home.rules = Rules(answer="never")
    async with home:
        await home.store.remind(Reminder("r1", START, PLACE, "the oven"))
        await pass_by(home, 60)
        assert home.platform.answers() == []
        assert await home.store.reminders(None) == ()


async def test_what_a_job_cost_today_counts_and_tomorrow_is_another_day(tmp_path) -> None:
    """spec: 13.13"""
    job = replace(JOB, budget=0.5)
    async with house(tmp_path, job) as home:
        await home.schedules.look()
        (standing,) = await home.store.standings()
        dear = Fire("report", START, "done", since=START, cost=0.6)
        await home.desk.decided(Decision(standing, planned=(dear,)))
        await pass_by(home, 3600)
        (skipped, _) = await home.desk.history("report", 9)
        assert (skipped.fire.state, skipped.fire.note) == (
            "skipped",
            "The budget of the day, $0.50, is used up.",
        )
        await home.clock.advance(86_400)
        await pass_by(home, 60)
        assert home.platform.answers() == ["echo: hello"]
