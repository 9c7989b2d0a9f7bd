from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from carrel.cli import chat
from carrel.cli.control import NoAnswer
from carrel.core.errors import CarrelError, Unavailable

READY = ("ready", {})


class Over(BaseException):
    """Ends what goes on for ever."""


class Gateway:
    """One run of a gateway: what its stream says, what its history holds."""

    def __init__(self, history: list[Any], *events: tuple[str, Any]) -> None:
        self._history, self._events = history, events
        self.asked: list[str] = []

    def events(self, path: str) -> Iterator[tuple[str, Any]]:
        self.asked.append(path)
        yield from self._events
        raise NoAnswer

    def get(self, path: str, limit: int) -> list[Any]:
        self.asked.append(path)
        return self._history[-limit:]

    def post(self, _path: str, **_fields: Any) -> Any:
        raise NoAnswer


def said(nonce: str, text: str) -> dict[str, Any]:
    return {"nonce": nonce, "body": {"kind": "notice", "text": text, "tone": "info"}}


def past(nonce: str, text: str) -> dict[str, Any]:
    return {"inbound": None, "outbound": said(nonce, text)}


def heard(message: str, text: str) -> dict[str, Any]:
    return {"inbound": {"id": message, "text": text}, "outbound": None}


@pytest.fixture
def listen(monkeypatch, capsys):
    def listened(*runs: Gateway | CarrelError, ear: chat.Ear | None = None) -> list[str]:
        left = list(runs)

        def connect() -> Gateway:
            if not left:
                raise Over
            run = left.pop(0)
            if isinstance(run, CarrelError):
                raise run
            return run

        monkeypatch.setattr(chat, "connect", connect)
        monkeypatch.setattr(chat.time, "sleep", lambda _seconds: None)
        with pytest.raises(Over):
            (ear or chat.Ear("a", chat.Screen())).listen()
        return capsys.readouterr().out.splitlines()

    return listened


def test_a_restarted_gateway_is_heard_again_and_nothing_is_lost_or_shown_twice(listen) -> None:
    first = Gateway([past("1", "one")], READY, ("outbound", said("2", "two")))
    second = Gateway(
        [past("1", "one"), past("2", "two"), past("3", "three")],
        READY, ("outbound", said("3", "three")), ("outbound", said("4", "four")),
    )  # fmt: skip
    assert listen(first, Unavailable("x"), Unavailable("x"), second) == [
        "one",
        "two",
        "The gateway is away; waiting for it.",
        "It is back.",
        "three",
        "four",
        "The gateway is away; waiting for it.",
    ]


def test_the_stream_is_open_before_the_history_is_read(listen) -> None:
    run = Gateway([], READY)
    listen(run)
    assert run.asked == ["/conversations/a/events", "/conversations/a/history"]


def test_the_first_history_is_short_and_what_it_leaves_out_stays_out(listen) -> None:
    history = [past(str(n), f"say {n}") for n in range(30)]
    lines = listen(Unavailable("x"), Gateway(history, READY), Gateway(history, READY))
    assert [line for line in lines if line.startswith("say")] == [f"say {n}" for n in range(10, 30)]


def test_what_was_typed_here_is_not_told_again(listen, monkeypatch, capsys) -> None:
    ear = chat.Ear("a", chat.Screen())
    monkeypatch.setattr(chat.uuid, "uuid4", lambda: type("Id", (), {"hex": "mine"}))
    chat._say(Gateway([]), ear, "hello")
    assert "may have been taken" in capsys.readouterr().out
    lines = listen(Gateway([heard("mine", "hello"), heard("other", "hi")], READY), ear=ear)
    assert lines[:1] == ["you: hi"]


def test_a_changed_body_is_shown_and_an_action_once(listen) -> None:
    def card(*actions: tuple[str, str]) -> tuple[str, Any]:
        done = [{"id": i, "state": s, "tool": "Bash", "summary": i} for i, s in actions]
        return ("outbound", {"nonce": "p", "body": {"kind": "progress", "actions": done}})

    lines = listen(
        Gateway([], READY, card(("a", "running")), card(("a", "done"), ("b", "running"))),
        Gateway([past("n", "new")], READY, card(("a", "done"), ("b", "running"))),
    )
    assert lines.count("▸ Bash: a") == lines.count("✓ Bash: a") == lines.count("▸ Bash: b") == 1


def test_trouble_is_said_once_in_its_own_words(listen) -> None:
    full = Gateway([], ("trouble", {"error": "Too many pages are open."}))
    assert listen(full, full) == ["Too many pages are open."]


def test_who_left_hears_nothing_more(monkeypatch, capsys) -> None:
    ear = chat.Ear("a", chat.Screen())
    monkeypatch.setattr(chat, "connect", lambda: Gateway([past("1", "one")], READY))
    ear.leave()
    thread = threading.Thread(target=ear.listen, daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    assert not capsys.readouterr().out


def test_the_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(chat, "REMEMBERED", 3)
    screen = chat.Screen()
    for n in range(9):
        screen.knows(str(n))
    assert list(screen._shown) == ["in/6", "in/7", "in/8"]


def test_what_an_agent_answers_moves_no_cursor(capsys) -> None:
    answer = {"kind": "answer", "text": "one\n\x1b[2Jtwo\r", "footer": "$0.01\x07"}
    chat.Screen().show("1", answer)
    assert capsys.readouterr().out == "\none\n[2Jtwo\n$0.01\n"
