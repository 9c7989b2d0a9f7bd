from __future__ import annotations

import json
from unittest.mock import Mock

import pytest

from carrel.cli import usage

SPENT = {
    "turns": 2,
    "usage": {"seconds": 3.0, "input_tokens": 1234, "output_tokens": 5, "cost": 0.125},
}
REPORT = {
    "zone": "Europe/Berlin",
    "limits": [{"of": "all", "spent": 4.0, "most": 5.0}],
    "days": [{"date": "2026-11-28", "spent": SPENT}],
    "sessions": [{"id": "console:a", "name": "", "spent": SPENT}],
    "people": [
        {"id": "x:ada", "name": "[b]Ada\x1b", "spent": SPENT},
        {"id": "", "name": "", "spent": SPENT},
    ],
    "turns": [],
}


@pytest.fixture(autouse=True)
def gateway(monkeypatch) -> Mock:
    found = Mock()
    found.get.return_value = REPORT
    monkeypatch.setattr(usage, "connect", lambda: found)
    monkeypatch.setenv("COLUMNS", "120")
    return found


def test_the_figures_are_a_table(capsys) -> None:
    usage.command(as_json=False)
    told = capsys.readouterr().out
    assert "Today's budget: 4.00 of 5.00 dollars." in told
    for part in ("day (Europe/Berlin)", "2026-11-28", "console:a", "[b]Ada (x:ada)", "unknown"):
        assert part in told
    assert "1,234" in told
    assert "0.1250" in told
    assert "turn, today" not in told, "nothing is no table"


def test_as_json_it_is_the_report(capsys) -> None:
    usage.command(as_json=True)
    assert json.loads(capsys.readouterr().out) == REPORT
