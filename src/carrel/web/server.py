"""Serves the console: the pages on a loopback port, the control API on a socket file."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from carrel.core.errors import ConfigError
from carrel.settings import places

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 2
_LONGEST_PATH = 107


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a gateway is found: a port of loopback (0: any), and a socket file."""

    port: int
    socket: Path


class _Quiet(uvicorn.Server):
    """A server that leaves the signals to the program around it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take none."""
        yield

    def hang_up(self) -> None:
        """Listen no more: a loop that still looks at a closed socket is deaf to the next one."""
        for listening in getattr(self, "servers", ()):
            listening.close()


class WebServer:
    """Both doors of one gateway.

    `bind` first, then `run` until `stop`; `run` returns at most about 2 s after it, even
    while pages are open. Cancelling `run` ends it without waiting for anyone.
    """

    def __init__(self, pages: ASGIApp, control: ASGIApp, doors: Doors) -> None:
        self._wanted, self._socket_path = doors.port, doors.socket
        self._apps = (pages, control)
        self._servers: tuple[_Quiet, ...] = ()
        self._sockets: tuple[socket.socket, ...] = ()

    def bind(self) -> None:
        """Take the port and the socket file. Raises ConfigError with the mend."""
        tcp = _bound_port(self._wanted)
        try:
            self._sockets = (tcp, _bound_path(self._socket_path))
            self._servers = tuple(_server(app) for app in self._apps)
            self._wanted = self.port
        except ConfigError:
            tcp.close()
            raise

    @property
    def port(self) -> int:
        """The port that was taken; useful when 0 was asked for."""
        return int(self._sockets[0].getsockname()[1]) if self._sockets else self._wanted

    @property
    def address(self) -> str:
        """Where the console is. Its own name keeps its cookie from other local servers."""
        return f"http://carrel.localhost:{self.port}"

    async def run(self) -> None:
        """Serve until `stop`. Run again after a failure, it takes the same port again."""
        if not self._sockets:
            self.bind()
        try:
            async with asyncio.TaskGroup() as group:
                for server, sock in zip(self._servers, self._sockets, strict=True):
                    group.create_task(server.serve(sockets=[sock]))
        finally:
            self.close()

    def stop(self) -> None:
        """Take no more requests; those that are open may end within 2 s."""
        for server in self._servers:
            server.should_exit = True

    def close(self) -> None:
        """Let go of port and socket file, also when `run` was never called. Idempotent."""
        for server in self._servers:
            server.hang_up()
        for sock in self._sockets:
            sock.close()
        if self._sockets:
            self._socket_path.unlink(missing_ok=True)
        self._sockets = ()


def _server(app: ASGIApp) -> _Quiet:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return _Quiet(config)


def _bound_port(port: int) -> socket.socket:
    # with the protocol named, asyncio sends small writes at once instead of after 40 ms
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
        # listening at once, so that a second gateway is refused here and not later
        sock.listen()
    except OSError as error:
        sock.close()
        raise ConfigError(_why_no_port(port, error)) from error
    return sock


def _why_no_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use; set [console] port to another one, or to 0 for any."
    return f"Port {port} cannot be taken: {error.strerror}; set [console] port to another one."


def _bound_path(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise ConfigError(f"{path} is too long for a socket; set CARREL_HOME to a shorter path.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    places.require_own(path.parent)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # the home is locked by this gateway, so a socket file there is left over
        path.unlink(missing_ok=True)
        sock.bind(os.fspath(path))
        path.chmod(0o600)
        sock.listen()
    except OSError as error:
        sock.close()
        raise ConfigError(f"{path} cannot be made: {error.strerror}.") from error
    return sock
