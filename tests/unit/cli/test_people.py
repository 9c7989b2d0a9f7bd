"""Who was let in, as a list in the terminal."""

from __future__ import annotations

from unittest.mock import Mock

from carrel.cli import people


def test_what_a_person_is_called_moves_no_cursor(monkeypatch, capsys) -> None:
    gateway = Mock()
    gateway.get.return_value = [{"address": "a:1", "name": "Eve\x1b[2J", "by": "b\r", "at": 0.0}]
    monkeypatch.setattr(people, "connect", lambda: gateway)
    people.command(as_json=False)
    assert capsys.readouterr().out == "a:1  Eve[2J  let in by b, 1970-01-01\n"
