"""What schedules must outlive the process with: how jobs stand, their fires, and reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from carrel.core.jobs import Job
from carrel.core.model import Conversation
from carrel.core.schedules import Decision, Fire, Reminder, Standing

ReminderEnd = Literal["said", "cancelled", "refused"]


@dataclass(frozen=True, slots=True)
class Found:
    """What the jobs' files say: the good ones as jobs, a sentence for each other, by its name."""

    jobs: tuple[Job, ...]
    faults: Mapping[str, str]


class JobFiles(Protocol):
    """Where jobs are written down. Blocking; run it in a thread."""

    def changed(self) -> object:
        """Something that differs whenever a file does."""
        ...

    def read(self) -> Found:
        """What the files say now."""
        ...


class ScheduleStore(Protocol):
    """The part of a store that schedules need. Every method is one transaction.

    All raise as the store's do.
    """

    async def standings(self) -> tuple[Standing, ...]:
        """How every job stands that was ever decided about, by name."""
        ...

    async def decide(self, decision: Decision, at: float) -> bool:
        """Save the standing with its version raised, the fires, and what is said, or nothing.

        False, and nothing is written, when the standing's version is not the row's (0: there is
        no row): somebody else has decided. A planned fire whose time is known already stays as it
        was; a changed one that is not known is left out.
        """
        ...

    async def open_fires(self) -> tuple[Fire, ...]:
        """Fires that are due or whose turn is not over, by time."""
        ...

    async def fires(self, job: str, limit: int) -> tuple[Fire, ...]:
        """The fires of a job, the last one first."""
        ...

    async def job_cost(self, job: str, since: float) -> float:
        """US dollars that the fires of a job have cost which changed since then (unix seconds)."""
        ...

    async def message_cost(self, source: str, message: str) -> float:
        """US dollars that the turn of a message has cost; 0 if none was."""
        ...

    async def forget_job(self, job: str) -> None:
        """The job is gone: its open fires are skipped, its history stays.

        A job of the same name begins anew.
        """
        ...

    async def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one with its id and conversation.

        False when it is over, or another conversation's.
        """
        ...

    async def reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones of a conversation (None: of all), the soonest first."""
        ...

    async def settle_reminder(self, reminder: Reminder, end: ReminderEnd, at: float) -> bool:
        """It is over; False when it was not open, or was moved to another time meanwhile."""
        ...
