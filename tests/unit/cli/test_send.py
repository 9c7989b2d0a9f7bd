from __future__ import annotations

import sys
from io import StringIO
from unittest.mock import Mock

import pytest

from carrel.cli import send
from carrel.cli.control import NoAnswer
from carrel.core.errors import Unavailable


def test_without_an_answer_it_says_how_to_send_the_same_once_more(monkeypatch) -> None:
    silent = Mock()
    silent.post.side_effect = NoAnswer
    monkeypatch.setattr(send, "connect", lambda: silent)
    with pytest.raises(Unavailable, match="may have been taken") as told:
        send.command("hello", "main", "")
    identity = silent.post.call_args.kwargs["id"]
    assert f"`--id {identity}`: the same id is taken once" in str(told.value)


def test_a_line_that_is_piped_in_has_no_end_of_line(monkeypatch, capsys) -> None:
    gateway = Mock()
    gateway.post.return_value = {"outcome": "accepted"}
    monkeypatch.setattr(send, "connect", lambda: gateway)
    monkeypatch.setattr(sys, "stdin", StringIO("  two\nlines\r\n"))
    send.command("-", "main", "m1")
    assert gateway.post.call_args.kwargs["text"] == "  two\nlines"
    assert capsys.readouterr().out == "accepted: main/m1\n"
