"""A fake network on a loopback socket, in the process of its test or in one of its own."""

from __future__ import annotations

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from carrel.testing.ledger import Ledger

LOOPBACK = "127.0.0.1"
MAX_BODY = 120 * 1024 * 1024


class Loopback(ABC):
    """Serves for as long as it is entered. port: 0 takes a free one.

    Entering raises OSError if the port is taken.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        """The server's address."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    @abstractmethod
    def ledger(self) -> Ledger[Any]:
        """What happened."""

    @abstractmethod
    def mount(self, app: web.Application) -> None:
        """Put the routes into an application; the port is known."""

    @abstractmethod
    async def close(self) -> None:
        """Let nothing go wrong any more, and end whatever waits."""

    async def until(self, holds: Callable[[], object], within: float = 10.0) -> None:
        """Wait until something holds; asked anew at each line of the ledger. TimeoutError."""
        async with asyncio.timeout(within):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def __aenter__(self) -> Self:
        bound = _bound(self.port)
        self.port = bound.getsockname()[1]
        self._changed = asyncio.Event()
        self.ledger.listen(self._note)
        app = web.Application(client_max_size=MAX_BODY)
        self.mount(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, bound).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def _note(self) -> None:
        self._changed.set()


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio sends each event at once instead of after 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    bound.listen(512)
    return bound
