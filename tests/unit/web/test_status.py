from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from carrel.web.status import PlatformInfo, StatusInfo, day_began


def test_it_survives_its_own_json() -> None:
    shape = TypeAdapter(StatusInfo)
    info = StatusInfo("1", 2, 3.0, 4, 5, 6, (PlatformInfo("console", "up"),), ("read me",), "x")
    assert shape.validate_json(shape.dump_json(info)) == info


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [(86_399, "UTC", 0), (86_400, "UTC", 86_400), (86_400, "Asia/Tokyo", 54_000)],
)
def test_a_day_begins_at_midnight_where_people_are(now, zone, began) -> None:
    assert day_began(now, zone) == began
