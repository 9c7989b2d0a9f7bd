"""The clock's own way in: what is due becomes Inbounds, and what became of them is noted.

Rows are the truth: whatever is forgotten here between two looks is found again at the next one.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from carrel.core import schedules
from carrel.core.days import day_of
from carrel.core.events import Overdue
from carrel.core.jobs import PLATFORM, Job
from carrel.core.model import MessageId
from carrel.core.routing import resolve
from carrel.core.schedules import Decision, Fate, Fire, Standing
from carrel.ports.store import MessageState
from carrel.runtime.intake import Intake
from carrel.runtime.job_desk import JobDesk
from carrel.runtime.planner import Planner
from carrel.runtime.registry import Registry
from carrel.tasks import Tasks

LOOK = 15.0
"""Seconds between two looks at most: a machine that was suspended is late by no more."""

AT_WORK = 2.0
"""The same while a fire is not over: people wait for it."""

SHORTEST = 0.2
ENDS: dict[MessageState, Fate] = {
    "done": "done",
    "failed": "failed",
    "stopped": "stopped",
    "superseded": "stopped",
}

log = structlog.get_logger(__name__)


class Schedules:
    """Looks at the jobs and reminders for ever, and at once when people have decided something."""

    def __init__(self, desk: JobDesk, planner: Planner, intake: Intake, registry: Registry) -> None:
        self._desk, self._planner, self._intake, self._registry = desk, planner, intake, registry
        self._book, self._store, self._clock = desk.book, desk.store, desk.clock
        self._match = desk.match
        self._tasks = Tasks("schedules")
        self._looked: dict[str, float] = {}
        self._running: dict[MessageId, float] = {}

    async def run(self) -> None:
        """Look until cancelled; raises Unavailable when the store is away."""
        try:
            while True:
                await self._rest(await self.look())
        finally:
            await self._tasks.close()

    async def _rest(self, seconds: float) -> None:
        """Until then, or until somebody has decided something."""
        nap = self._tasks.start(self._clock.sleep(seconds), "nap")
        stirred = self._tasks.start(self._desk.stirred.wait(), "stirred")
        await asyncio.wait({nap, stirred}, return_when=asyncio.FIRST_COMPLETED)
        await self._tasks.close()

    async def look(self) -> float:
        """Do what is due now; returns how many seconds may pass before the next look."""
        self._desk.stirred.clear()
        await self._book.refresh()
        await self._planner.refresh()
        standings = {one.name: one for one in await self._store.standings()}
        opened = await self._store.open_fires()
        await self._forget_gone({*standings, *(fire.job for fire in opened)})
        for job in tuple(self._book.jobs.values()):
            mine = tuple(fire for fire in opened if fire.job == job.name)
            await self._tend(job, standings.get(job.name), mine)
        longest = AT_WORK if await self._store.open_fires() else LOOK
        return min(await self._remind(), self._until_next(standings), longest)

    async def _forget_gone(self, known: set[str]) -> None:
        """A job is gone with its file; one whose file is spoilt just now is not."""
        names = self._book.names
        for name in () if names is None else known - names:
            await self._store.forget_job(name)

    def _until_next(self, standings: dict[str, Standing]) -> float:
        now = self._clock.now()
        jobs = self._book.jobs.values()
        wakes = (schedules.wakes(job, standings.get(job.name), now, self._match) for job in jobs)
        soonest = min((at for at in wakes if at is not None), default=now + LOOK)
        return max(soonest - now, SHORTEST)

    async def _tend(self, job: Job, standing: Standing | None, opened: tuple[Fire, ...]) -> None:
        """Carry one job on: first what is under way, then what is due, at once if it can be."""
        for fire in opened:
            decision = await self._carried_on(job, standing, fire)
            if decision is not None:
                standing = await self._desk.decided(decision)
                if standing is None:
                    return
                opened = tuple(decision.changed[0] if one == fire else one for one in opened)
        planned = await self._planned(job, standing, opened)
        if planned is None:
            return
        standing = await self._desk.decided(planned)
        # what was planned once before, as when a clock was set back, is not due again
        for fire in await self._store.open_fires():
            if standing is not None and fire in planned.planned:
                decision = await self._carried_on(job, standing, fire)
                standing = standing if decision is None else await self._desk.decided(decision)

    async def _planned(
        self, job: Job, standing: Standing | None, opened: tuple[Fire, ...]
    ) -> Decision | None:
        now = self._clock.now()
        known = now if standing is None else standing.known
        after = min(max(known, self._looked.get(job.name, known)), now)
        live = standing is not None and not standing.paused and job.enabled
        times = schedules.due(job, after, now, self._match) if live else ()
        unfinished = tuple(fire for fire in opened if fire.state in schedules.OPEN)
        spent = await self._spent(job, now) if times else 0.0
        decision = schedules.planned(job, standing, unfinished, now, times, spent)
        if decision is None and live:
            self._looked[job.name] = now
        return decision

    async def _spent(self, job: Job, now: float) -> float:
        """US dollars on this day of the job's zone."""
        return await self._store.job_cost(job.name, day_of(now, job.zone).start)

    async def _carried_on(self, job: Job, standing: Standing | None, fire: Fire) -> Decision | None:
        """What is to be noted of a fire that is not over; None when nothing is new."""
        if standing is None:
            return None
        if fire.state == "due":
            return await self._give(job, standing, fire)
        now = self._clock.now()
        state = await self._store.state(PLATFORM, fire.inbound_id)
        fate = "stopped" if state is None else ENDS.get(state)
        if fate is None:
            if state == "running":
                await self._watch(job, fire)
            return None
        began = self._running.pop(fire.message, now)
        cost = await self._store.message_cost(PLATFORM, fire.inbound_id)
        spent = cost + await self._spent(job, now)
        fire = replace(fire, cost=fire.cost + cost)
        note = ""
        if fate == "stopped" and now - began > job.timeout:
            fate, note = "failed", schedules.too_long(job)
        return schedules.ended(job, standing, fire, now, fate, note, spent=spent)

    async def _watch(self, job: Job, fire: Fire) -> None:
        """Stop a turn whose time is up. A restart, which begins it anew, gives it its time anew."""
        now = self._clock.now()
        if now - self._running.setdefault(fire.message, now) > job.timeout:
            key = resolve(job.conversation, self._book.rules).key
            await self._registry.tell(key, Overdue(fire.message))

    async def _give(self, job: Job, standing: Standing, fire: Fire) -> Decision:
        now = self._clock.now()
        verdict = await self._intake.accept(schedules.inbound(job, fire, now))
        if verdict.outcome in {"accepted", "duplicate"}:
            return schedules.given(standing, fire, now)
        return schedules.refused(job, standing, fire, now, verdict.reason)

    async def _remind(self) -> float:
        """Say what is due; returns the seconds until the next one."""
        now = self._clock.now()
        once = [one for one in await self._store.reminders(None) if not one.when]
        for reminder in once:
            if reminder.at > now:
                return max(reminder.at - now, SHORTEST)
            verdict = await self._intake.accept(reminder.inbound)
            taken = verdict.outcome in {"accepted", "duplicate"}
            log.info("reminder", id=reminder.id, outcome=verdict.outcome, reason=verdict.reason)
            await self._store.settle_reminder(reminder, "said" if taken else "refused", now)
        return LOOK
