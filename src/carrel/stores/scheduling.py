"""Jobs, their fires, and reminders. Each function runs inside a transaction."""

from __future__ import annotations

from dataclasses import asdict

from carrel.core.model import Conversation
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.ports.schedules import ReminderEnd
from carrel.stores import codec, recording
from carrel.stores.rows import Database, Row


def standings(database: Database) -> tuple[Standing, ...]:
    """How every job stands."""
    return tuple(
        Standing(
            row["job"], row["spec"], row["known"], row["paused"], row["failures"], row["version"]
        )
        for row in database.rows("standings")
    )


def decide(database: Database, decision: Decision, at: float) -> bool:
    """All of a decision, unless somebody else has decided since."""
    if not _stand(database, decision.standing):
        return False
    for fire in decision.planned:
        database.write("plan_fire", **asdict(fire))
    for fire in decision.changed:
        database.write("change_fire", **asdict(fire))
    recording.say_all(database, decision.said, at)
    return True


def _stand(database: Database, standing: Standing) -> bool:
    values = {
        "job": standing.name,
        "spec": standing.spec,
        "known": standing.known,
        "paused": standing.paused,
        "failures": standing.failures,
    }
    if standing.version:
        return database.write("next_standing", **values, version=standing.version) > 0
    return database.write("first_standing", **values) > 0


def open_fires(database: Database) -> tuple[Fire, ...]:
    """Fires that are not over."""
    return tuple(map(_fire, database.rows("open_fires")))


def fires(database: Database, job: str, limit: int) -> tuple[Fire, ...]:
    """The fires of a job, the last one first."""
    return tuple(map(_fire, database.rows("fires", job=job, limit=limit)))


def _fire(row: Row) -> Fire:
    note, cost = row["note"], row["cost"]
    return Fire(row["job"], row["at"], row["state"], row["tries"], row["since"], note, cost)


def job_cost(database: Database, job: str, since: float) -> float:
    """What the fires of a job have cost that changed since then."""
    (row,) = database.rows("job_cost", job=job, since=since)
    return float(row["cost"])


def message_cost(database: Database, source: str, message: str) -> float:
    """What the turn of a message has cost."""
    rows = database.rows("message_cost", source=source, id=message)
    return float(sum(row["cost"] for row in rows))


def forget_job(database: Database, job: str) -> None:
    """Drop how a job stands, and what it had still to do."""
    database.write("forget_job", job=job)
    database.write("skip_open_fires", job=job)


def remind(database: Database, reminder: Reminder) -> bool:
    """Store a reminder, or change the open one."""
    written = database.write(
        "remind",
        id=reminder.id,
        at=reminder.at,
        address=reminder.conversation.address,
        body=codec.write_reminder(reminder),
    )
    return written > 0


def reminders(database: Database, conversation: Conversation | None) -> tuple[Reminder, ...]:
    """The open ones, the soonest first."""
    address = None if conversation is None else conversation.address
    rows = database.rows("reminders", address=address)
    return tuple(codec.read_reminder(row["body"]) for row in rows)


def settle_reminder(
    database: Database, reminder: Reminder, end: ReminderEnd, settled: float
) -> bool:
    """A reminder is over."""
    values = {"id": reminder.id, "at": reminder.at, "address": reminder.conversation.address}
    return database.write("settle_reminder", **values, end=end, settled=settled) > 0
