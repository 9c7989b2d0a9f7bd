"""Connections passed on to wherever the gateway serves now: it may be another one than before."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from urllib.parse import urlsplit

from carrel.core.errors import CarrelError

LOOPBACK = "127.0.0.1"
CHUNK = 65_536
BETWEEN_TRIES = 0.5
CONNECT = 5.0
LONGEST = 600.0
"""Seconds that a caller is kept waiting: longer than an engine waits for an answer to begin."""

GONE = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
"""What is told of a caller that waits no more. Where there is no POLLRDHUP, POLLHUP says it."""


class Forwarder:
    """`find` asks for the address of the day; it raises CarrelError while nobody is there."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    def start(self) -> str:
        """Listen on a free loopback port until the process ends; the address."""
        listening = socket.create_server((LOOPBACK, 0))
        threading.Thread(target=self._serve, args=(listening,), daemon=True).start()
        return f"http://{LOOPBACK}:{listening.getsockname()[1]}"

    def _serve(self, listening: socket.socket) -> None:
        while True:
            caller, _ = listening.accept()
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        """Who calls waits for the gateway instead of being refused, as long as anybody may."""
        with caller, self._reached(caller) as gateway:
            if gateway is None:
                return
            for one in (caller, gateway):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            up = threading.Thread(target=_pass_on, args=(caller, gateway), daemon=True)
            up.start()
            _pass_on(gateway, caller)
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)
            up.join()

    def _reached(self, caller: socket.socket) -> AbstractContextManager[socket.socket | None]:
        """The gateway; None once the caller is gone or has waited for too long."""
        until, waiting = time.monotonic() + LONGEST, select.poll()
        waiting.register(caller, GONE)
        while time.monotonic() < until:
            try:
                found = urlsplit(self._find())
                reached = socket.create_connection((found.hostname, found.port), CONNECT)
            except (CarrelError, OSError):
                if waiting.poll(BETWEEN_TRIES * 1000):
                    break
            else:
                reached.settimeout(None)
                return reached
        return nullcontext()


def _pass_on(from_: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while said := from_.recv(CHUNK):
            to.sendall(said)
        to.shutdown(socket.SHUT_WR)
