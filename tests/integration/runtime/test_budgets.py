"""What was spent today holds after a restart, for people and for jobs. Bar D7. spec: 15.1 15.3"""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from carrel.core.budgets import Budget
from carrel.core.firing import Every
from carrel.core.jobs import Job
from carrel.core.messages import Menu
from carrel.core.model import Conversation
from carrel.ports.store import StoreParts
from carrel.stores.sqlite import build
from carrel.testing.clock import ManualClock
from carrel.testing.house import House, JobList

JOB = Job("report", Every(86_400), "cost 1", notify_to=Conversation("fake", "a"))
DAY = 86_400.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000.0 - 1_000_000.0 % DAY + 10.0)


@pytest.fixture
def started(tmp_path: Path, clock: ManualClock):
    """Starts a house on one store, the same each time."""

    @asynccontextmanager
    async def start(budget: Budget):
        store = build(StoreParts(tmp_path, clock))
        house = House(tmp_path / "s", store=store, clock=clock, budget=budget, jobs=JobList([JOB]))
        async with house:
            yield house
        await store.close()

    return start


def held(house: House) -> list[str]:
    return [o.body.text for o in house.platform.shown.values() if isinstance(o.body, Menu)]


@pytest.mark.parametrize("budget", [Budget(day=5.0), Budget(session=5.0)])
async def test_a_budget_that_was_used_up_is_so_after_a_restart(
    started, clock: ManualClock, budget: Budget
) -> None:
    async with started(budget) as house:
        await house.say("cost 4", identity="m1")
        await house.say("cost 4", identity="m2")
        await house.platform.until(lambda: len(house.platform.answers()) == 2)
        await house.say("cost 4", identity="m3")
        await house.platform.until(lambda: bool(held(house)))
    async with started(budget) as again:
        await again.say("cost 4", identity="m4")
        if budget.day is not None:
            await again.desk.fire_now("report")
            await again.schedules.look()
            told = again.platform.notices
            await again.platform.until(lambda: any("report: Today" in text for text in told()))
        await again.platform.until(lambda: any("2 waiting" in text for text in held(again)))
        assert again.engine.heard.prompts == []
        spent = (await again.store.spent(None, clock.now() - 60.0)).usage.cost
        assert spent == 8.0, "one turn at most goes beyond"
