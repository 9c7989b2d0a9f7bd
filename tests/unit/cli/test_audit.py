from __future__ import annotations

import json
import logging
import stat

import pytest
import structlog

from carrel import telemetry
from carrel.cli import audit


@pytest.fixture(autouse=True)
def as_it_was():
    kept = structlog.get_config()
    yield
    structlog.configure(**kept)
    logger = logging.getLogger(telemetry.AUDIT)
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True


def test_what_the_command_line_does_is_noted_too(tmp_path) -> None:
    """spec: 18.6"""
    audit.note(tmp_path, "store restored", copy="carrel-x.db")
    file = tmp_path / "logs" / "audit.log"
    (line,) = file.read_text().splitlines()
    told = json.loads(line)
    assert (told["event"], told["copy"]) == ("store restored", "carrel-x.db")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_newest_lines_are_shown_across_two_files(tmp_path, monkeypatch, capsys) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "audit.log.1").write_text('{"event": "heard", "who": "a:1"}\n{"event": "b"}\n')
    (logs / "audit.log").write_text(
        '{"event": "c", "timestamp": "2026-01-02T03:04:05.6Z"}\nrubbish\n'
    )
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    audit.command(lines=3, as_json=False)
    assert capsys.readouterr().out.splitlines() == ["  b", "2026-01-02T03:04:05  c", "rubbish"]
    audit.command(lines=50, as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_what_others_are_called_moves_no_cursor(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "audit.log").write_text(
        '{"event": "b", "who": "Ada\\u001b[2J"}\n\x1b[2J\n'
    )
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    audit.command(lines=3, as_json=False)
    assert capsys.readouterr().out.splitlines() == ["  b  who=Ada[2J", "[2J"]


def test_without_a_log_it_says_so_but_not_to_programs(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    audit.command(lines=3, as_json=False)
    assert "Nothing yet" in capsys.readouterr().out
    audit.command(lines=3, as_json=True)
    assert capsys.readouterr().out == ""
