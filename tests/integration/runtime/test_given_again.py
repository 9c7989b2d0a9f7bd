"""A message that a network gives again and again is one turn, whenever it comes. Bar A5.

spec: 2.2 2.9
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from carrel.core.messages import Inbound, MissedCard
from carrel.core.model import Conversation
from carrel.ports.store import StoreParts
from carrel.runtime.catchup import CatchUp
from carrel.runtime.upkeep import DAY, KEPT_DAYS
from carrel.stores.sqlite import build
from carrel.testing.clock import ManualClock
from carrel.testing.house import ADA, House, RecordingPlatform

TIMES = 1000
HOUR = 3600.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def once(clock: ManualClock) -> Inbound:
    place = Conversation("fake", "a")
    return Inbound("fake", "m", place, ADA, "hello", addressed=True, at=clock.now())


@pytest.fixture
def started(tmp_path: Path, clock: ManualClock):
    """Starts a house on one store, the same each time."""

    @asynccontextmanager
    async def start():
        store = build(StoreParts(tmp_path, clock))
        platform = RecordingPlatform(gives_late=True)
        async with House(tmp_path / "s", store=store, clock=clock, platform=platform) as house:
            yield house
        await store.close()

    return start


async def outcomes(house: House, message: Inbound) -> list[str]:
    verdicts = await asyncio.gather(*(house.intake.accept(message) for _ in range(TIMES)))
    return sorted(verdict.outcome for verdict in verdicts)


async def asked_until(house: House, text: str) -> list[str]:
    """Say something new, and what the engine was asked until that is answered."""
    await house.say(text, identity=text)
    await house.platform.until(lambda: f"echo: {text}" in house.platform.answers())
    return [prompt.text for prompt in house.engine.heard.prompts]


async def test_a_thousand_times_at_once_after_a_restart_and_a_month_later(
    started, clock: ManualClock, once: Inbound
) -> None:
    async with started() as house:
        assert await outcomes(house, once) == ["accepted"] + ["duplicate"] * (TIMES - 1)
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        assert await outcomes(house, once) == ["duplicate"] * TIMES
        assert await asked_until(house, "next") == ["hello", "next"]
    for days in (0, KEPT_DAYS):
        await clock.advance(days * DAY)
        async with started() as again:
            await again.store.prune(clock.now() - KEPT_DAYS * DAY)
            assert await outcomes(again, once) == ["duplicate"] * TIMES
            assert await asked_until(again, f"after {days} days") == [f"after {days} days"]


async def test_what_is_so_old_that_its_name_is_forgotten_is_asked_about_once(
    started, clock: ManualClock, once: Inbound
) -> None:
    async with started() as house:
        await house.intake.accept(once)
        await house.platform.until(lambda: bool(house.platform.answers()))
    await clock.advance(KEPT_DAYS * DAY + 1)
    async with started() as again:
        assert await again.store.prune(clock.now() - KEPT_DAYS * DAY)
        way = CatchUp(again.platform, again.intake, again.store, clock, HOUR, HOUR)
        for _ in range(3):
            await way.accept(once)
        assert await asked_until(again, "next") == ["next"]
        shown = again.platform.shown.values
        await again.platform.until(lambda: any(isinstance(o.body, MissedCard) for o in shown()))
        assert [o.body.count for o in shown() if isinstance(o.body, MissedCard)] == [1]
