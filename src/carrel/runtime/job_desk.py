"""Where people look at jobs and decide about them; the clock does in `runtime.schedules`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from carrel.core import schedules
from carrel.core.days import day_of
from carrel.core.errors import Refused
from carrel.core.firing import NextMatch, described
from carrel.core.jobs import Job
from carrel.core.messages import Answer
from carrel.core.schedules import Decision, Fire, Standing
from carrel.ports.clock import Clock
from carrel.ports.store import Store
from carrel.runtime.job_book import JobBook
from carrel.runtime.outbox import Outbox

TRIES = 5
"""A person's decision is tried again so often when the clock decides at the same moment."""

SHOWN = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class JobInfo:
    """One line of a listing. Times in unix seconds; None: not by itself, or not yet.

    `title`: what people call it. `today`: US dollars on this day of its zone, of its `budget`.
    """

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
    title: str = ""
    today: float = 0.0
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class FireInfo:
    """One fire and what was answered to it."""

    fire: Fire
    answer: str
    footer: str


class JobDesk:
    """The jobs of the book, as they stand in the store. `stirred`: something has changed."""

    def __init__(
        self, book: JobBook, store: Store, outbox: Outbox, clock: Clock, match: NextMatch
    ) -> None:
        self.book, self.store, self.clock = book, store, clock
        self._outbox, self.match = outbox, match
        self.stirred = asyncio.Event()

    async def listing(self) -> tuple[JobInfo, ...]:
        """All jobs, by name."""
        standings = {one.name: one for one in await self.store.standings()}
        jobs = sorted(self.book.jobs.values(), key=lambda job: job.name)
        return tuple([await self.info(job, standings.get(job.name)) for job in jobs])

    async def info(self, job: Job, standing: Standing | None) -> JobInfo:
        """How one job stands."""
        last, now = await self.store.fires(job.name, 1), self.clock.now()
        return JobInfo(
            name=job.name,
            when=described(job.when),
            session=job.place.address if job.place else job.session,
            notify=job.notify,
            notify_to=job.home.address if job.home else "",
            enabled=job.enabled,
            paused=standing.paused if standing else "",
            failures=standing.failures if standing else 0,
            next_at=schedules.wakes(job, standing, now, self.match),
            last=last[0] if last else None,
            title=job.title or job.name,
            today=await self.store.job_cost(job.name, day_of(now, job.zone).start),
            budget=job.budget,
        )

    async def history(self, name: str, limit: int) -> tuple[FireInfo, ...]:
        """The last fires of a job, newest first, each with the beginning of its answer."""
        job = self.job(name)
        shown = await self.store.history(job.conversation, 4 * limit)
        said = [one.outbound.body for one in shown if one.outbound is not None]
        answers = {body.reply_to: body for body in said if isinstance(body, Answer)}
        fires = await self.store.fires(name, limit)
        return tuple(_with_answer(fire, answers.get(fire.message)) for fire in fires)

    async def fire_now(self, name: str, asked: float | None = None) -> None:
        """Fire a job once, now, whatever its schedule says. Raises Refused.

        `asked`: when that was asked for (unix seconds; now if it is not told). What was asked for
        in the same second is one fire, so that a command that is obeyed anew fires nothing again.
        """

        def decide(standing: Standing, now: float) -> Decision:
            at = float(int(now if asked is None else asked))
            return Decision(standing, planned=(Fire(name, at, since=now),))

        await self._by_hand(self.job(name), decide)

    async def pause(self, name: str) -> None:
        """Let a job fire no more. Raises Refused."""
        await self._by_hand(self.job(name), lambda standing, _now: schedules.paused(standing))

    async def resume(self, name: str) -> None:
        """Let it go on. Raises Refused."""
        await self._by_hand(self.job(name), schedules.resumed)

    async def decided(self, decision: Decision) -> Standing | None:
        """The standing after the decision; None when somebody else has decided meanwhile."""
        if not await self.store.decide(decision, self.clock.now()):
            return None
        self._outbox.wake(decision.said)
        for fire in (*decision.planned, *decision.changed):
            log.info("fire", job=fire.job, id=fire.inbound_id, state=fire.state, note=fire.note)
        return replace(decision.standing, version=decision.standing.version + 1)

    async def _by_hand(self, job: Job, decide: Callable[[Standing, float], Decision]) -> None:
        for _ in range(TRIES):
            now = self.clock.now()
            standings = {one.name: one for one in await self.store.standings()}
            standing = standings.get(job.name, Standing(job.name, job.spec, now))
            if await self.decided(decide(standing, now)) is not None:
                self.stirred.set()
                return
        raise Refused(f"The job {job.name} is being decided about; try it again.")

    def job(self, name: str) -> Job:
        """The job by this name. Raises Refused with the names that there are."""
        job = self.book.jobs.get(name)
        if job is None:
            known = ", ".join(sorted(self.book.jobs)) or "none"
            raise Refused(f"There is no job {name!r}; there are: {known}.")
        return job


def _with_answer(fire: Fire, answer: Answer | None) -> FireInfo:
    if answer is None:
        return FireInfo(fire, "", "")
    return FireInfo(fire, answer.text[:SHOWN], answer.footer)
