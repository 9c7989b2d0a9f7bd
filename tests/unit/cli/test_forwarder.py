"""Connections go to wherever the gateway serves on that day."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import pytest

from carrel.cli import forwarder
from carrel.cli.forwarder import Forwarder
from carrel.core.errors import Unavailable


def upstream(name: bytes) -> str:
    """A server that answers one connection with its name and the line it was told, reversed."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as caller:
            said = b""
            while not said.endswith(b"\n"):
                said += caller.recv(1000)
            caller.sendall(name + said[-2::-1])

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def ask(address: str, said: bytes) -> bytes:
    found = urlsplit(address)
    with socket.create_connection((found.hostname, found.port), 5) as gateway:
        gateway.sendall(said + b"\n")
        heard = b""
        while chunk := gateway.recv(1000):
            heard += chunk
    return heard


def test_each_connection_asks_where_and_waits_while_nobody_is_there(monkeypatch) -> None:
    """spec: 16.6"""
    monkeypatch.setattr(forwarder, "BETWEEN_TRIES", 0.001)
    unused = socket.create_server(("127.0.0.1", 0))
    closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
    unused.close()
    places = iter([upstream(b"one "), None, closed, upstream(b"two ")])

    def find() -> str:
        place = next(places)
        if place is None:
            raise Unavailable("away")
        return place

    address = Forwarder(find).start()
    assert ask(address, b"abc") == b"one cba"
    assert ask(address, b"x" * 200_000) == b"two " + b"x" * 200_000


class Away:
    """A gateway that is away, and counts who asks for it."""

    def __init__(self) -> None:
        self.tries = 0

    def find(self) -> str:
        self.tries += 1
        raise Unavailable("away")


def test_nobody_waits_for_longer_than_anybody_may(monkeypatch) -> None:
    monkeypatch.setattr(forwarder, "BETWEEN_TRIES", 0.001)
    monkeypatch.setattr(forwarder, "LONGEST", 0.05)
    away = Away()
    with pytest.raises(ConnectionResetError):
        ask(Forwarder(away.find).start(), b"abc")
    assert away.tries


def test_who_is_gone_is_waited_for_no_more(monkeypatch) -> None:
    monkeypatch.setattr(forwarder, "BETWEEN_TRIES", 30.0)
    away = Away()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = socket.create_connection(listening.getsockname())
        there, _ = listening.accept()
    here.sendall(b"GET / HTTP/1.1")
    here.close()
    Forwarder(away.find)._carry(there)
    assert (away.tries, there.fileno()) == (1, -1)
