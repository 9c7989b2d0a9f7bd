from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from carrel.cli import control
from carrel.cli.control import Control, NoAnswer
from carrel.core.errors import Refused, Unavailable

Serve = Callable[[bytes | None], Control]
HEAD = b"HTTP/1.1 %s\r\nConnection: close\r\n\r\n"


@pytest.fixture
def serve(tmp_path: Path, monkeypatch) -> Serve:
    """A gateway that answers once: with these bytes, or never where they are None."""
    monkeypatch.setattr(control.places, "control_socket", lambda home: home / "s")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s"))
    tmp_path.chmod(0o700)

    def served(answer: bytes | None) -> Control:
        listening.listen()
        if answer is not None:
            threading.Thread(target=once, args=(answer,), daemon=True).start()
        return Control(tmp_path, patience=0.2 if answer is None else 30)

    def once(answer: bytes) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.recv(65536)
            line.sendall(answer)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):  # head and body come one after the other
                pass

    yield served
    listening.close()


def test_a_silent_gateway_is_not_an_absent_one(serve: Serve) -> None:
    with pytest.raises(NoAnswer, match="may have been taken"):
        serve(None).post("/x")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_an_answer_that_breaks_off_is_none(serve: Serve, answer: bytes) -> None:
    with pytest.raises(NoAnswer):
        serve(answer).post("/x")


def test_a_name_that_no_address_can_hold_reaches_the_gateway(serve: Serve) -> None:
    refusal = b'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{"error": "not a name"}'
    with pytest.raises(Refused, match="not a name"):
        serve(refusal).post("/conversations/my channel/ä/messages", id="1")


def test_a_socket_that_nobody_serves_is_an_absent_gateway(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(control.places, "control_socket", lambda home: home / "s")
    tmp_path.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "s"))
    with pytest.raises(Unavailable, match="carrel up") as absent:
        Control(tmp_path).post("/x")
    assert not isinstance(absent.value, NoAnswer)


def test_events_have_a_kind(serve: Serve) -> None:
    stream = b'event: ready\ndata: {"a":1}\n\n: still here\n\nevent: x\ndata: 2\n\n'
    events = serve(HEAD % b"200 OK" + stream).events("/x")
    assert list(events) == [("ready", {"a": 1}), ("x", 2)]


def test_a_refused_stream_says_why(serve: Serve) -> None:
    refused = HEAD % b"422 No" + b'{"error": "no such thing"}'
    with pytest.raises(Refused, match="no such thing"):
        list(serve(refused).events("/x"))
