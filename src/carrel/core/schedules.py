"""Which fires of a job are due, and what becomes of each.

Pure. Every decision about a job is one change of its `Standing`, so that two hosts, or a person
and the clock, cannot decide at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, assert_never

from carrel.core.firing import NextMatch, instant_of, latest, next_fire, wall_of
from carrel.core.jobs import PLATFORM, REMINDER_ID, Job, reminding, sender
from carrel.core.material import one_line
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.model import Conversation, MessageId
from carrel.core.view import duration
from carrel.core.windows import next_start

PUNCTUAL = 90.0
"""Seconds; a fire no later than this was not missed."""

ALWAYS_LOOKED_AT = 2
"""So many fires can be punctual at once: the shortest interval is a minute."""

SLACK = 60.0
"""Seconds that a clock may be set back without anybody minding."""

MAX_FAILURES = 3

LOOKED_AHEAD = 400
"""Windows or fires; a job none of whose fires comes in its active hours by then has none."""

FireState = Literal["due", "given", "done", "failed", "stopped", "skipped"]
OPEN: tuple[FireState, ...] = ("due", "given")
Fate = Literal["done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands, as a row. Every fire up to `known` (unix seconds) has been decided.

    `paused`: why it fires no more, or empty. `failures`: in a row. `version`: 0 before the row
    is there.
    """

    name: str
    spec: str
    known: float
    paused: str = ""
    failures: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Fire:
    """One fire of a job, by its time: it is there once. `tries` counts from 1, `since` is unix.

    `note`: why it was skipped, or did not go well. `cost` in US dollars, of all its tries.
    """

    job: str
    at: float
    state: FireState = "due"
    tries: int = 1
    since: float = 0.0
    note: str = ""
    cost: float = 0.0

    @property
    def inbound_id(self) -> str:
        """The id of the message that it makes."""
        again = f"#{self.tries}" if self.tries > 1 else ""
        return f"{self.job}@{_iso(self.at)}{again}"

    @property
    def message(self) -> MessageId:
        """The message that it makes, by the name under which it is stored."""
        return MessageId(f"{PLATFORM}/{self.inbound_id}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One transaction: the job's next standing, with its fires, and what is to be said of it.

    `planned` fires that are there already stay as they are; `changed` ones are overwritten.
    """

    standing: Standing
    planned: tuple[Fire, ...] = ()
    changed: tuple[Fire, ...] = ()
    said: tuple[Outbound, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminder:
    """Words to be said again in a conversation. `at` in unix seconds; `by`: whose wish.

    `when`: the words that say how it goes on, in `zone`; empty: it is said once, at `at`.
    """

    id: str
    at: float
    conversation: Conversation
    text: str
    by: str = ""
    when: str = ""
    zone: str = "UTC"

    def words(self, kind: str) -> str:
        """What the agent is told. It never begins with a command: its words may be anybody's."""
        return f"This is the {kind} that {one_line(self.by)} asked for: {self.text}"

    @property
    def inbound(self) -> Inbound:
        """The message that it makes, for its time once."""
        return Inbound(
            PLATFORM,
            f"{REMINDER_ID}:{self.id}@{_iso(self.at)}",
            self.conversation,
            reminding(),
            self.words("reminder"),
            addressed=True,
            at=self.at,
        )


def inbound(job: Job, fire: Fire, now: float) -> Inbound:
    """The message that a fire makes."""
    return Inbound(
        PLATFORM,
        fire.inbound_id,
        job.conversation,
        sender(job),
        job.prompt,
        addressed=True,
        at=now,
    )


def due(job: Job, after: float, now: float, match: NextMatch) -> tuple[float, ...]:
    """The fire times after `after` that are to be done now, oldest first.

    What is punctual is always done; what was missed is made up for as `catch_up` says.
    """
    most = max(job.catch_up, ALWAYS_LOOKED_AT)
    found = latest(job.when, (after, now), most, match, job.may_fire)
    punctual = sum(now - at <= PUNCTUAL for at in found)
    keep = max(job.catch_up, punctual)
    return found[-keep:] if keep else ()


def planned(
    job: Job,
    standing: Standing | None,
    opened: tuple[Fire, ...],
    now: float,
    times: tuple[float, ...],
    spent: float = 0.0,
) -> Decision | None:
    """What is to be decided about a job now; None when nothing is.

    `opened`: its fires that are not over. `times`: those that are `due`. `spent`: what it has cost
    on this day, in US dollars.
    """
    if standing is None or standing.spec != job.spec:
        version = 0 if standing is None else standing.version
        return Decision(Standing(job.name, job.spec, now, version=version))
    if standing.known > now + SLACK:
        return Decision(replace(standing, known=now))
    if standing.paused or not job.enabled or not times:
        return None
    note = "The fire before it was not over yet." if job.overlap == "skip" and opened else ""
    note = too_dear(job) if is_used_up(job, spent) else note
    state: FireState = "skipped" if note else "due"
    return Decision(
        replace(standing, known=now),
        tuple(Fire(job.name, at, state, since=now, note=note) for at in times),
    )


def is_used_up(job: Job, spent: float) -> bool:
    """Whether a job may cost no more on a day on which it has cost `spent` US dollars."""
    return job.budget is not None and spent >= job.budget


def too_dear(job: Job) -> str:
    """Why a fire is skipped that a job's budget does not allow."""
    return f"The budget of the day, ${job.budget:.2f}, is used up."


def given(standing: Standing, fire: Fire, now: float) -> Decision:
    """The message of a fire is stored: from now on its session has it."""
    return Decision(standing, changed=(replace(fire, state="given", since=now),))


def refused(job: Job, standing: Standing, fire: Fire, now: float, why: str) -> Decision:
    """The message of a fire was not taken."""
    return _failed(job, standing, replace(fire, note=why), now)


def ended(
    job: Job, standing: Standing, fire: Fire, now: float, fate: Fate, note: str = "",
    *, spent: float = 0.0,
) -> Decision:  # fmt: skip
    """The turn of a fire is over; `note` says why, where nobody else has said it.

    `spent`: what the job has cost on this day, with this fire, in US dollars.
    """
    fire = replace(fire, note=note)
    match fate:
        case "done":
            well = replace(fire, state="done", since=now)
            return Decision(replace(standing, failures=0), changed=(well,))
        case "stopped":
            return Decision(standing, changed=(replace(fire, state="stopped", since=now),))
        case "failed":
            if fire.tries <= job.retries and not is_used_up(job, spent):
                again = replace(fire, state="due", tries=fire.tries + 1, since=now)
                return Decision(standing, changed=(again,))
            return _failed(job, standing, fire, now)
        case _:
            assert_never(fate)


def too_long(job: Job) -> str:
    """Why a turn was stopped whose time was up."""
    return f"It took longer than {duration(job.timeout)}, and was stopped."


def _failed(job: Job, standing: Standing, fire: Fire, now: float) -> Decision:
    """A failure counts; the third in a row pauses the job, and says so where it notifies."""
    over = replace(fire, state="failed", since=now)
    said = [_said(job, fire, "failed", fire.note)] if fire.note else []
    after = replace(standing, failures=standing.failures + 1)
    if after.failures >= MAX_FAILURES and not standing.paused:
        after = replace(after, paused=f"It failed {after.failures} times in a row.")
        words = "/schedule resume" if job.home else "carrel schedules resume"
        text = f"Paused. {after.paused} `{words} {job.name}` lets it go on."
        said.append(_said(job, fire, "paused", text))
    return Decision(after, changed=(over,), said=tuple(said))


def _said(job: Job, fire: Fire, what: str, text: str) -> Outbound:
    text = f"{job.title}: {text}" if job.place else text
    return Outbound(f"{fire.message}.{what}", job.conversation, Notice(text, "error"))


def paused(standing: Standing) -> Decision:
    """A person says that the job shall not fire."""
    return Decision(replace(standing, paused="A person paused it."))


def resumed(standing: Standing, now: float) -> Decision:
    """A person lets it go on, from now: what the pause held back is not made up for."""
    return Decision(replace(standing, paused="", failures=0, known=now))


def wakes(job: Job, standing: Standing | None, now: float, match: NextMatch) -> float | None:
    """When the job fires next, as far as is known now; None: not by itself."""
    if not job.enabled or (standing is not None and standing.paused):
        return None
    return next_active(job, now, match)


def next_active(job: Job, after: float, match: NextMatch) -> float | None:
    """The first fire after `after` in its active hours; None: there is none within sight."""
    at = next_fire(job.when, after, match)
    for _ in range(LOOKED_AHEAD):
        if at is None or job.may_fire(at):
            return at
        opens = instant_of(next_start(job.active, wall_of(at, job.zone)), job.zone)
        at = next_fire(job.when, max(at, opens - 1), match)
    return None


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
