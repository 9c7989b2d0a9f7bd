"""The tables by themselves; what they promise as a store is in tests/contract."""

from __future__ import annotations

from carrel.core.schedules import Decision, Fire, Standing
from carrel.stores.memory_schedules import ScheduleTables


def test_a_decision_of_an_older_version_changes_nothing() -> None:
    tables, standing = ScheduleTables(), Standing("report", "every hour", 1.0)
    assert tables.decide(Decision(standing))
    assert not tables.decide(Decision(standing, planned=(Fire("report", 1.0),)))
    assert tables.fires == {}
