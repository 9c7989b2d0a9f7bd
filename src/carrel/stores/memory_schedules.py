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

    def forget_job(self, job: str) -> None:
        """Drop how a job stands, and what it had still to do."""
        self.standings.pop(job, None)
        for fire in self.open_fires():
            if fire.job == job:
                gone = replace(fire, state="skipped", note="Its job is gone.")
                self.fires[job, fire.at] = gone

    def remind(self, reminder: Reminder) -> bool:
        """Store a reminder, or change the open one."""
        _, state = self.reminders.get(reminder.id, (reminder, "open"))
        if state == "open":
            self.reminders[reminder.id] = (reminder, "open")
        return state == "open"

    def open_reminders(self, conversation: Conversation | None) -> tuple[Reminder, ...]:
        """The open ones, the soonest first."""
        found = (
            reminder
            for reminder, state in self.reminders.values()
            if state == "open" and conversation in (None, reminder.conversation)
        )
        return tuple(sorted(found, key=lambda one: (one.at, one.id)))

    def settle(self, reminder: str, end: ReminderEnd) -> bool:
        """A reminder is over; False when it was not open."""
        known = self.reminders.get(reminder)
        if known is None or known[1] != "open":
            return False
        self.reminders[reminder] = (known[0], end)
        return True
