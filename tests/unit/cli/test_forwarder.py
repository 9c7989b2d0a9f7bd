"""Connections go to wherever the gateway serves on that day."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

from carrel.cli import forwarder
from carrel.cli.forwarder import Forwarder
from carrel.core.errors import Unavailable


def upstream(name: bytes) -> str:
    """A server that answers one connection with its name and what it was told, reversed."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as caller:
            said = b""
            while chunk := caller.recv(1000):
                said += chunk
            caller.sendall(name + said[::-1])

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def ask(address: str, said: bytes) -> bytes:
    found = urlsplit(address)
    with socket.create_connection((found.hostname, found.port), 5) as gateway:
        gateway.sendall(said)
        gateway.shutdown(socket.SHUT_WR)
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
