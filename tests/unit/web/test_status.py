from __future__ import annotations

from pydantic import TypeAdapter

from carrel.web.status import PlatformInfo, StatusInfo


def test_it_survives_its_own_json() -> None:
    shape = TypeAdapter(StatusInfo)
    info = StatusInfo("1", 2, 3.0, 4, 5, 6, (PlatformInfo("console", "up"),), ("read me",), "x")
    assert shape.validate_json(shape.dump_json(info)) == info


def test_the_console_and_what_else_runs_are_no_networks() -> None:
    rows = (PlatformInfo("console", "up"), PlatformInfo("web", "up", is_network=False))
    info = StatusInfo("1", 2, 3.0, 4, 5, 6, (*rows, PlatformInfo("slack", "up")))
    assert [one.name for one in info.networks] == ["slack"]
