from __future__ import annotations

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
