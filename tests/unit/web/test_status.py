from __future__ import annotations

from pydantic import TypeAdapter

from carrel.web.status import PlatformInfo, StatusInfo


def test_it_survives_its_own_json() -> None:
    shape = TypeAdapter(StatusInfo)
    info = StatusInfo("1", 2, 3.0, 4, 5, 6, (PlatformInfo("console", "up"),), ("read me",), "x")
    assert shape.validate_json(shape.dump_json(info)) == info
