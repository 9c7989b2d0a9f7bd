from __future__ import annotations

import json
from unittest.mock import Mock

import pytest

from carrel.cli import hosts

LEADS = {
    "id": "one-1a2b",
    "role": "leads",
    "left": 12.4,
    "sessions": 3,
    "live": 2,
    "places": 8,
    "version": "1.2",
    "since": 3600.0,
    "here": True,
}
GONE = LEADS | {
    "id": "two-3c4d",
    "role": "gone",
    "left": 0.0,
    "live": 0,
    "places": 0,
    "here": False,
}


@pytest.fixture
def gateway(monkeypatch) -> Mock:
    found = Mock()
    found.get.return_value = [LEADS, GONE]
    monkeypatch.setattr(hosts, "connect", lambda: found)
    monkeypatch.setenv("COLUMNS", "120")
    return found


@pytest.mark.usefixtures("gateway")
def test_each_host_is_a_line(capsys) -> None:
    hosts.command(as_json=False)
    _, leads, gone = capsys.readouterr().out.splitlines()
    assert leads.split() == [
        "one-1a2b",
        "(here)",
        "leads",
        "12",
        "s",
        "3",
        "2",
        "of",
        "8",
        "1.2",
        *HOUR,
    ]
    assert gone.split() == ["two-3c4d", "gone", "3", "0", "1.2", *HOUR]


HOUR = ("1970-01-01", "01:00:00")


@pytest.mark.usefixtures("gateway")
def test_as_json_it_is_the_list(capsys) -> None:
    hosts.command(as_json=True)
    assert json.loads(capsys.readouterr().out) == [LEADS, GONE]


def test_where_the_store_is_a_file_there_are_no_others(gateway, capsys) -> None:
    gateway.get.return_value = []
    hosts.command(as_json=False)
    assert "no other host shares it" in capsys.readouterr().out
