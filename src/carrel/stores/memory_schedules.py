"""The memory store's tables of schedules: jobs, fires, reminders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from carrel.core.model import Conversation
from carrel.core.schedules import OPEN, Decision, Fire, Reminder, Standing
from carrel.ports.schedules import ReminderEnd


@dataclass(slots=True)
class ScheduleTables:
    """Everything that the store knows of schedules."""

    standings: dict[str, Standing] = field(default_factory=dict)
    fires: dict[tuple[str, float], Fire] = field(default_factory=dict)
    reminders: dict[str, tuple[Reminder, ReminderEnd | Literal["open"]]] = field(
        default_factory=dict
    )

    def standings_by_name(self) -> tuple[Standing, ...]:
        """How every job stands, by name."""
        return tuple(self.standings[name] for name in sorted(self.standings))

    def decide(self, decision: Decision) -> bool:
        """The standing and the fires of a decision; False if its version is not the row's."""
        standing = decision.standing
        row = self.standings.get(standing.name)
        if standing.version != (row.version if row else 0):
            return False
        self.standings[standing.name] = replace(standing, version=standing.version + 1)
        for fire in decision.planned:
            self.fires.setdefault((fire.job, fire.at), fire)
        for fire in decision.changed:
            if (fire.job, fire.at) in self.fires:
                self.fires[fire.job, fire.at] = fire
        return True

    def open_fires(self) -> tuple[Fire, ...]:
        """Fires that are not over, by time."""
        found = (fire for fire in self.fires.values() if fire.state in OPEN)
        return tuple(sorted(found, key=lambda fire: (fire.at, fire.job)))

    def fires_of(self, job: str) -> tuple[Fire, ...]:
        """The fires of a job, the last one first."""
        found = (fire for fire in self.fires.values() if fire.job == job)
        return tuple(sorted(found, key=lambda fire: -fire.at))

    def cost_of(self, job: str, since: float) -> float:
        """What its fires have cost that changed since then."""
        found = (fire for fire in self.fires_of(job) if fire.since >= since)
        return sum(fire.cost for fire in found)

    def forget_job(self, job: str) -> None:
        """Drop how a job stands, and what it had still to do."""
        self.standings.pop(job, None)
        for fire in self.open_fires():
            if fire.job == job:
                gone = replace(fire, state="skipped", note="Its job is gone.")
                self.fires[job, fire.at] = gone

    def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one."""
        known, state = self.reminders.get(reminder.id, (reminder, "open"))
        if state != "open" or known.conversation != reminder.conversation:
            return False
        self.reminders[reminder.id] = (reminder, "open")
        return True

    def open_reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones, the soonest first."""
        found = (
            reminder
            for reminder, state in self.reminders.values()
            if state == "open" and conversation in (None, reminder.conversation)
        )
        return tuple(sorted(found, key=lambda one: (one.at, one.id)))

    def settle(self, reminder: Reminder, end: ReminderEnd) -> bool:
        """A reminder is over; False when it was not open, or is for another time by now."""
        known, state = self.reminders.get(reminder.id, (None, end))
        same = known is not None and (known.at, known.conversation) == (
            reminder.at,
            reminder.conversation,
        )
        if known is None or state != "open" or not same:
            return False
        self.reminders[reminder.id] = (known, end)
        return True
