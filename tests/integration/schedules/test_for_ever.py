"""Downtime, kills, clocks that jump, two gateways on one store: each fire once, and no storm.

The model knows the fire times of each job from the calendar alone. Kills come between any two
calls of the store or of the intake, before or after the call was carried out.

spec: 13.3 13.4 13.5
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carrel.core.effects import Settle
from carrel.core.firing import Cron, Every
from carrel.core.jobs import Job
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, MessageId
from carrel.core.routing import Rules, resolve
from carrel.core.schedules import PUNCTUAL, Decision, Reminder
from carrel.core.windows import window
from carrel.ports.platform import Verdict
from carrel.runtime.job_book import JobBook
from carrel.runtime.job_desk import JobDesk
from carrel.runtime.planner import Planner
from carrel.runtime.schedules import LOOK, Schedules
from carrel.settings.cron import line_of, next_match
from carrel.stores.memory import MemoryStore
from carrel.testing.house import JobList

BERLIN = ZoneInfo("Europe/Berlin")
PLACE = Conversation("fake", "a")
HOUR, DAY = 3600.0, 86_400.0
JOBS = (
    Job("minutely", Every(60), "x", catch_up=0, notify_to=PLACE),
    Job("hourly", Every(3600), "x", catch_up=1, overlap="queue", notify_to=PLACE),
    Job("daily", Cron("30 2 * * *", BERLIN), "x", catch_up=3, overlap="queue", notify_to=PLACE),
    Job("quarterly", Cron("*/15 * * * *", BERLIN), "x", catch_up=5, overlap="queue",
        active=(window("22:00-06:00"),), zone=BERLIN),
)  # fmt: skip


def model_fires(job: Job, low: float, high: float) -> list[float]:
    """The fire times after `low` and up to `high`, minute by minute from the calendar."""
    found = []
    minute = low - low % 60 + 60
    while minute <= high:
        wall = datetime.fromtimestamp(minute, BERLIN)
        if model_names(job.name, minute, wall):
            found.append(minute)
        minute += 60
    return found


def model_names(name: str, at: float, wall: datetime) -> bool:
    match name:
        case "minutely":
            return True
        case "hourly":
            return at % HOUR == 0
        case "quarterly":
            return wall.minute % 15 == 0 and (wall.hour >= 22 or wall.hour < 6)
        case _:
            before = datetime.fromtimestamp(at - 60, BERLIN)
            skipped = (before.hour, wall.hour) == (1, 3)
            return skipped or ((wall.hour, wall.minute, wall.fold) == (2, 30, 0))


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Clock:
    at: float

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Fate:
    """When the process is killed: at which call, and whether before it is carried out."""

    call: int = 0
    before: bool = True

    async def meet(self, work: Awaitable[Any]) -> Any:
        self.call -= 1
        if self.call == 0 and self.before:
            work.close()
            raise Killed
        done = await work
        if self.call == 0:
            raise Killed
        return done


class MortalStore:
    """The store as a process sees it that may be killed at any call."""

    def __init__(self, store: MemoryStore, world: World) -> None:
        self._store, self._world = store, world

    def __getattr__(self, name: str) -> Any:
        async def call(*given: Any) -> Any:
            if name == "decide":
                self._world.deciding(given[0])
            return await self._world.fate.meet(getattr(self._store, name)(*given))

        return call


@dataclass
class World:
    """One store and its clock; processes come and go."""

    clock: Clock
    store: MemoryStore = field(default_factory=MemoryStore)
    fate: Fate = field(default_factory=Fate)
    accepted: list[tuple[str, float]] = field(default_factory=list)
    planned: dict[tuple[str, float], float] = field(default_factory=dict)
    open: list[MessageId] = field(default_factory=list)
    jobs: tuple[Job, ...] = JOBS

    def process(self) -> Schedules:
        files = JobList(list(self.jobs), match=next_match)
        book = JobBook(files, Rules())
        desk = JobDesk(book, MortalStore(self.store, self), self, self.clock, next_match)
        return Schedules(desk, Planner(desk, "Europe/Berlin", line_of), self, self)

    def deciding(self, decision: Decision) -> None:
        for fire in decision.planned:
            self.planned.setdefault((fire.job, fire.at), self.clock.at)

    async def accept(self, inbound: Inbound) -> Verdict:
        return await self.fate.meet(self._accept(inbound))

    async def _accept(self, inbound: Inbound) -> Verdict:
        route = resolve(inbound.conversation, Rules())
        stored = await self.store.accept(inbound, route, self.clock.at, command=False)
        if not stored.duplicate:
            name, _, when = inbound.id.partition("@")
            at = datetime.fromisoformat(when).timestamp()
            self.accepted.append((name, at))
            self.open.append(inbound.message_id)
        return Verdict("duplicate" if stored.duplicate else "accepted")

    async def tell(self, _key: str, _event: object) -> None:
        raise AssertionError("nothing takes too long here")

    def wake(self, outbounds: object) -> None:
        """Nothing is sent."""

    async def finish(self, fate: str) -> None:
        for message in self.open:
            name = message.partition("/")[2].partition("@")[0]
            loaded = await self.store.claim(f"schedule:{name}", "host")
            await self.store.save(loaded.fence, (Settle(message, fate),), self.clock.at)
        self.open.clear()


class ForEver(RuleBasedStateMachine):
    """The clock starts a day before one of Berlin's changes of time."""

    @initialize(change=st.sampled_from((datetime(2027, 3, 27, tzinfo=UTC),
                                        datetime(2027, 10, 30, tzinfo=UTC))))  # fmt: skip
    def begin(self, change: datetime) -> None:
        self.world = World(Clock((change + timedelta(hours=20, seconds=7)).timestamp()))
        self.one, self.two = self.world.process(), self.world.process()
        self.born = self.latest = self.world.clock.at
        self.jumped = False
        self.look()

    def look(self) -> bool:
        """Both gateways look; whether one of them was killed, which are then started again."""

        async def both() -> bool:
            results = await asyncio.gather(*(carefully(one) for one in (self.one, self.two)))
            return any(results)

        async def carefully(process: Schedules) -> bool:
            try:
                await process.look()
            except Killed:
                return True
            return False

        killed = asyncio.run(both())
        self.world.fate = Fate()
        if killed:
            self.one, self.two = self.world.process(), self.world.process()
        return killed

    @rule(looks=st.integers(1, 12), fate=st.sampled_from(("done", "done", "stopped")))
    def time_passes(self, looks: int, fate: str) -> None:
        began = self.world.clock.at
        for _ in range(looks):
            self.world.clock.at += LOOK
            self.look()
            asyncio.run(self.world.finish(fate))
        self.latest = max(self.latest, self.world.clock.at)
        if not self.jumped:
            for job in JOBS:
                wanted = model_fires(job, began, self.world.clock.at)
                assert all((job.name, at) in self.world.planned for at in wanted), job.name

    @rule(
        call=st.integers(1, 12),
        when=st.sampled_from(("before", "after")),
        seconds=st.floats(1, 2 * HOUR),
    )
    def it_is_killed(self, call: int, when: str, seconds: float) -> None:
        self.world.clock.at += seconds
        self.latest = max(self.latest, self.world.clock.at)
        self.world.fate = Fate(call, before=when == "before")
        self.look()

    @rule(seconds=st.floats(1, 3 * DAY))
    def nobody_is_there(self, seconds: float) -> None:
        self.one, self.two = self.world.process(), self.world.process()
        asyncio.run(self.world.finish("done"))
        self.look()
        before = len(self.world.accepted)
        self.world.clock.at += seconds
        self.latest = max(self.latest, self.world.clock.at)
        self.one, self.two = self.world.process(), self.world.process()
        self.look()
        for job in JOBS:
            made_up = [at for name, at in self.world.accepted[before:] if name == job.name]
            punctual = [at for at in made_up if self.world.clock.at - at <= PUNCTUAL]
            assert len(made_up) <= max(job.catch_up, len(punctual))
            assert len(punctual) <= 2

    @rule()
    def messages_are_forgotten(self) -> None:
        """As after a month; what is not over is never forgotten."""
        asyncio.run(self.world.finish("done"))
        self.look()
        if not asyncio.run(self.world.store.open_fires()):
            self.world.store._tables.messages.clear()

    @rule(seconds=st.floats(-2 * DAY, 2 * DAY))
    def the_clock_jumps(self, seconds: float) -> None:
        self.jumped = True
        self.world.clock.at += seconds
        self.latest = max(self.latest, self.world.clock.at)
        self.look()
        self.look()

    @precondition(lambda self: self.jumped)
    @rule()
    def the_clock_is_right_again(self) -> None:
        """Far ahead of everything that was ever decided, so that all is as at first."""
        self.world.clock.at = self.latest + HOUR
        self.latest = self.world.clock.at
        self.look()
        self.jumped = False

    @invariant()
    def each_fire_is_once(self) -> None:
        assert len(set(self.world.accepted)) == len(self.world.accepted)

    @invariant()
    def each_fire_is_one_of_the_calendar_s(self) -> None:
        for job in JOBS:
            for name, at in self.world.accepted[-20:]:
                if name == job.name:
                    assert model_fires(job, at - 60, at) == [at], (name, at)

    @invariant()
    def nothing_is_too_late_or_too_early(self) -> None:
        late = {job.name: job for job in JOBS if job.catch_up == 0}
        for (name, at), when in self.world.planned.items():
            assert at <= when
            assert name not in late or when - at <= PUNCTUAL


TestForEver = ForEver.TestCase
TestForEver.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_a_day_away_is_made_up_for_as_each_job_says() -> None:
    """spec: 13.4"""
    world = World(Clock(datetime(2027, 6, 1, 12, 0, 7, tzinfo=UTC).timestamp()))

    async def a_day_away() -> list[tuple[str, float]]:
        await world.process().look()
        world.clock.at += DAY + 200
        await world.process().look()
        return world.accepted

    made_up = asyncio.run(a_day_away())
    counts = {job.name: sum(name == job.name for name, _ in made_up) for job in JOBS}
    assert counts == {"minutely": 2, "hourly": 1, "daily": 1, "quarterly": 5}


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_reminder_is_said_once_wherever_the_process_is_killed(call: int, before: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """By two gateways at once, that are killed at one of their calls. spec: 13.11"""
    world = World(Clock(datetime(2027, 6, 1, 12, 0, 7, tzinfo=UTC).timestamp()), jobs=())
    reminder = Reminder("r1", world.clock.at + 60, PLACE, "the oven", "Ada")

    async def passes() -> None:
        await world.store.remind(reminder)
        for fate in (Fate(), Fate(call, before=before), Fate(), Fate()):
            world.clock.at += 40
            world.fate = fate
            looks = (world.process().look() for _ in range(2))
            await asyncio.gather(*looks, return_exceptions=True)

    asyncio.run(passes())
    assert len(world.accepted) == 1
    assert asyncio.run(world.store.reminders(None)) == ()


def test_the_model_is_held_to_the_job_s_own_words() -> None:
    """A job whose hours were others would be caught by the model."""
    quarterly = replace(JOBS[3], active=())
    start = datetime(2027, 6, 1, 12, 0, tzinfo=UTC).timestamp()
    assert quarterly.may_fire(start)
    assert not JOBS[3].may_fire(start)
    assert model_fires(JOBS[3], start, start + 2 * HOUR) == []
