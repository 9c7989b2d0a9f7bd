"""The clock's own way in: what is due becomes Inbounds, and what became of them is noted.

Rows are the truth: whatever is forgotten here between two looks is found again at the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from carrel.core import schedules
from carrel.core.errors import Refused
from carrel.core.events import Overdue
from carrel.core.firing import NextMatch, described
from carrel.core.jobs import PLATFORM, Job
from carrel.core.messages import Answer
from carrel.core.model import MessageId
from carrel.core.routing import resolve
from carrel.core.schedules import Decision, Fate, Fire, Standing
from carrel.ports.clock import Clock
from carrel.ports.store import MessageState, Store
from carrel.runtime.intake import Intake
from carrel.runtime.job_book import JobBook
from carrel.runtime.outbox import Outbox
from carrel.runtime.registry import Registry

LOOK = 15.0
"""Seconds between two looks at most: a machine that was suspended is late by no more."""

AT_WORK = 2.0
"""The same while a fire is not over: people wait for it."""

SHORTEST = 0.2
TRIES = 5
"""A person's decision is tried again so often when the clock decides at the same moment."""

SHOWN = 200
ENDS: dict[MessageState, Fate] = {
    "done": "done",
    "failed": "failed",
    "stopped": "stopped",
    "superseded": "stopped",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JobInfo:
    """One line of a listing. Times in unix seconds; None: not by itself, or not yet."""

    name: str
    when: str
    session: str
    notify: str
    notify_to: str
    enabled: bool
    paused: str
    failures: int
    next_at: float | None
    last: Fire | None


@dataclass(frozen=True, slots=True)
class FireInfo:
    """One fire and what was answered to it."""

    fire: Fire
    answer: str
    footer: str


class Schedules:
    """Looks at the jobs and reminders for ever; people may look and decide too."""

    def __init__(
        self, book: JobBook, store: Store, intake: Intake, registry: Registry, outbox: Outbox,
        clock: Clock, match: NextMatch,
    ) -> None:  # fmt: skip
        self._book, self._store, self._intake, self._registry = book, store, intake, registry
        self._outbox, self._clock, self._match = outbox, clock, match
        self._looked: dict[str, float] = {}
        self._running: dict[MessageId, float] = {}

    async def run(self) -> None:
        """Look until cancelled; raises Unavailable when the store is away."""
        while True:
            await self._clock.sleep(await self.look())

    async def look(self) -> float:
        """Do what is due now; returns how many seconds may pass before the next look."""
        await self._book.refresh()
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
                standing = await self._decided(decision)
                if standing is None:
                    return
                opened = tuple(decision.changed[0] if one == fire else one for one in opened)
        planned = await self._planned(job, standing, opened)
        if planned is None:
            return
        standing = await self._decided(planned)
        # what was planned once before, as when a clock was set back, is not due again
        for fire in await self._store.open_fires():
            if standing is not None and fire in planned.planned:
                decision = await self._carried_on(job, standing, fire)
                standing = standing if decision is None else await self._decided(decision)

    async def _planned(
        self, job: Job, standing: Standing | None, opened: tuple[Fire, ...]
    ) -> Decision | None:
        now = self._clock.now()
        known = now if standing is None else standing.known
        after = min(max(known, self._looked.get(job.name, known)), now)
        live = standing is not None and not standing.paused and job.enabled
        times = schedules.due(job, after, now, self._match) if live else ()
        unfinished = tuple(fire for fire in opened if fire.state in schedules.OPEN)
        decision = schedules.planned(job, standing, unfinished, now, times)
        if decision is None and live:
            self._looked[job.name] = now
        return decision

    async def _decided(self, decision: Decision) -> Standing | None:
        """The standing after the decision; None when somebody else has decided meanwhile."""
        if not await self._store.decide(decision, self._clock.now()):
            return None
        self._outbox.wake(decision.said)
        for fire in (*decision.planned, *decision.changed):
            log.info("fire", job=fire.job, id=fire.inbound_id, state=fire.state, note=fire.note)
        return replace(decision.standing, version=decision.standing.version + 1)

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
        if fate == "stopped" and now - began > job.timeout:
            return schedules.ended(job, standing, fire, now, "failed", schedules.too_long(job))
        return schedules.ended(job, standing, fire, now, fate)

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
        for reminder in await self._store.reminders(None):
            if reminder.at > now:
                return max(reminder.at - now, SHORTEST)
            verdict = await self._intake.accept(reminder.inbound)
            taken = verdict.outcome in {"accepted", "duplicate"}
            log.info("reminder", id=reminder.id, outcome=verdict.outcome, reason=verdict.reason)
            await self._store.settle_reminder(reminder.id, "said" if taken else "refused", now)
        return LOOK

    async def listing(self) -> tuple[JobInfo, ...]:
        """All jobs, by name."""
        standings = {one.name: one for one in await self._store.standings()}
        jobs = sorted(self._book.jobs.values(), key=lambda job: job.name)
        return tuple([await self._info(job, standings.get(job.name)) for job in jobs])

    async def _info(self, job: Job, standing: Standing | None) -> JobInfo:
        last = await self._store.fires(job.name, 1)
        return JobInfo(
            name=job.name,
            when=described(job.when),
            session=job.session,
            notify=job.notify,
            notify_to=job.notify_to.address if job.notify_to else "",
            enabled=job.enabled,
            paused=standing.paused if standing else "",
            failures=standing.failures if standing else 0,
            next_at=schedules.wakes(job, standing, self._clock.now(), self._match),
            last=last[0] if last else None,
        )

    async def history(self, name: str, limit: int) -> tuple[FireInfo, ...]:
        """The last fires of a job, newest first, each with the beginning of its answer."""
        job = self._job(name)
        shown = await self._store.history(job.conversation, 4 * limit)
        said = [one.outbound.body for one in shown if one.outbound is not None]
        answers = {body.reply_to: body for body in said if isinstance(body, Answer)}
        fires = await self._store.fires(name, limit)
        return tuple(_with_answer(fire, answers.get(fire.message)) for fire in fires)

    async def fire_now(self, name: str) -> None:
        """Fire a job once, now, whatever its schedule says. Raises Refused."""
        job = self._job(name)

        def decide(standing: Standing, now: float) -> Decision:
            return Decision(standing, planned=(Fire(name, float(int(now)), since=now),))

        await self._by_hand(job, decide)
        await self.look()

    async def pause(self, name: str) -> None:
        """Let a job fire no more. Raises Refused."""
        await self._by_hand(self._job(name), lambda standing, _now: schedules.paused(standing))

    async def resume(self, name: str) -> None:
        """Let it go on. Raises Refused."""
        await self._by_hand(self._job(name), schedules.resumed)

    async def _by_hand(self, job: Job, decide: Callable[[Standing, float], Decision]) -> None:
        for _ in range(TRIES):
            now = self._clock.now()
            standings = {one.name: one for one in await self._store.standings()}
            standing = standings.get(job.name, Standing(job.name, job.spec, now))
            if await self._decided(decide(standing, now)) is not None:
                return
        raise Refused(f"The job {job.name} is being decided about; try it again.")

    def _job(self, name: str) -> Job:
        job = self._book.jobs.get(name)
        if job is None:
            known = ", ".join(sorted(self._book.jobs)) or "none"
            raise Refused(f"There is no job {name!r}; there are: {known}.")
        return job


def _with_answer(fire: Fire, answer: Answer | None) -> FireInfo:
    if answer is None:
        return FireInfo(fire, "", "")
    return FireInfo(fire, answer.text[:SHOWN], answer.footer)
