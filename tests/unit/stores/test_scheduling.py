"""What the suite of tests/contract cannot see: the rows themselves, and what is forgotten."""

from __future__ import annotations

from carrel.core.model import Conversation
from carrel.core.schedules import Decision, Fire, Reminder, Standing
from carrel.stores import entering, scheduling

STANDING = Standing("report", "every hour", 100.0)
PLACE = Conversation("discord", "1")
A, B = (Reminder(name, 5.0, PLACE, "words") for name in ("a", "b"))


def test_only_what_is_over_and_old_is_forgotten(database) -> None:
    fires = (
        Fire("report", 10.0, "done", since=11.0),
        Fire("report", 20.0, "given", since=21.0),
        Fire("report", 30.0, "skipped", since=90.0),
        Fire("report", 900.0, "done", since=12.0),
    )
    scheduling.decide(database, Decision(STANDING, planned=fires), 1.0)
    for one in (A, B):
        scheduling.remind(database, one)
    scheduling.settle_reminder(database, A, "said", 6.0)
    assert entering.prune(database, 50.0, 100) == 2
    assert [fire.at for fire in scheduling.fires(database, "report", 9)] == [900.0, 30.0, 20.0]
    assert [one.id for one in scheduling.reminders(database, None)] == ["b"]


def test_a_fire_of_a_clock_that_ran_ahead_is_kept_until_its_time_has_passed(database) -> None:
    """It must not fire again once the clock was set right."""
    ahead = Fire("report", 900.0, "done", since=12.0)
    scheduling.decide(database, Decision(STANDING, planned=(ahead,)), 1.0)
    entering.prune(database, 899.0, 100)
    assert scheduling.fires(database, "report", 9) == (ahead,)
