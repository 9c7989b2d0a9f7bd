"""Messages that failed, as a list in the terminal."""

from __future__ import annotations

from unittest.mock import Mock

from carrel.cli import dead_letters


def test_what_others_wrote_moves_no_cursor(monkeypatch, capsys) -> None:
    inbound = {
        "source": "discord",
        "id": "7",
        "sender": {"name": "Eve\x1b"},
        "text": "\x1b[2J a\rb",
    }
    gateway = Mock()
    gateway.get.return_value = [{"inbound": inbound, "at": 0.0, "key": "k", "why": "\x1b]0;x\x07"}]
    monkeypatch.setattr(dead_letters, "connect", lambda: gateway)
    dead_letters.command(as_json=False)
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second, third) == (
        "discord/7  1970-01-01 00:00 UTC  k",
        "  Eve: [2J a b",
        "  ]0;x",
    )
