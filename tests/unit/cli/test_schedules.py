from __future__ import annotations

import json
from unittest.mock import Mock

import pytest
import typer

from carrel.cli import schedules
from carrel.cli.schedules import What

FIRE = {"at": 0.0, "state": "failed", "tries": 2, "note": "It took too long."}
JOB = {
    "name": "report",
    "title": "report",
    "when": "every 1 h",
    "notify": "on-error",
    "notify_to": "discord:1",
    "enabled": True,
    "paused": "",
    "next_at": 3600.0,
    "last": FIRE,
}


@pytest.fixture
def gateway(monkeypatch) -> Mock:
    found = Mock()
    monkeypatch.setattr(schedules, "connect", lambda: found)
    monkeypatch.setenv("COLUMNS", "120")
    return found


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, "1970-01-01 01:00"),
        ({"enabled": False}, "off"),
        ({"paused": "A person paused it."}, "paused: A person paused it."),
        ({"next_at": None}, "no more"),
        ({"notify": "never"}, "nobody"),
        ({"notify_to": ""}, "nobody"),
        ({"name": "8f2a", "title": "the bins"}, "8f2a the bins"),
    ],
)
def test_jobs_are_a_table(gateway, capsys, changed, shown) -> None:
    gateway.get.return_value = [JOB | changed]
    schedules.command()
    out = capsys.readouterr().out
    assert shown in out
    assert "1970-01-01 00:00 failed" in out


def test_a_history_is_a_table(gateway, capsys) -> None:
    gateway.get.return_value = [{"fire": FIRE, "answer": "", "footer": "$0.04"}]
    schedules.command(What.HISTORY, "report")
    gateway.get.assert_called_once_with("/schedules/report")
    out = capsys.readouterr().out
    assert "It took too long." in out
    assert "$0.04" in out


def test_what_an_agent_said_is_shown_as_it_is_and_obeyed_by_nothing(gateway, capsys) -> None:
    done = FIRE | {"note": ""}
    gateway.get.return_value = [
        {"fire": done, "answer": "\x1b[2J[red]rows[/nothing]", "footer": ""}
    ]
    schedules.command(What.HISTORY, "report")
    assert "[2J[red]rows[/nothing]" in capsys.readouterr().out.replace("\x1b[1m", "")


def test_json_is_what_the_gateway_says(gateway, capsys) -> None:
    gateway.get.return_value = [JOB]
    schedules.command(as_json=True)
    assert json.loads(capsys.readouterr().out) == [JOB]


def test_without_jobs_it_says_what_one_is(gateway, capsys) -> None:
    gateway.get.return_value = []
    schedules.command()
    assert "jobs/<name>.md" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "said"), [(What.RUN, "fired"), (What.PAUSE, "paused"), (What.RESUME, "resumed")]
)
def test_a_decision_is_passed_on(gateway, capsys, what, said) -> None:
    schedules.command(what, "report")
    gateway.post.assert_called_once_with(f"/schedules/report/{what}")
    assert capsys.readouterr().out.strip() == said


def test_a_decision_needs_a_job(gateway) -> None:
    with pytest.raises(typer.BadParameter, match="carrel schedules pause NAME"):
        schedules.command(What.PAUSE)
    gateway.post.assert_not_called()


def test_any_name_can_be_asked_about(gateway) -> None:
    gateway.get.return_value = []
    schedules.command(What.HISTORY, "no such/job")
    gateway.get.assert_called_once_with("/schedules/no%20such%2Fjob")
