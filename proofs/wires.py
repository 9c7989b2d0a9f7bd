"""Lines of one host that can be cut: whatever it reaches, it reaches through loopback ports here.

A line that is cut is silent, both ways: what is said waits, nobody is told, and nothing is closed.
Once it is mended what waited arrives, as it does on a network that was away for a while.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from socket import create_server
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
PIECE = 65536
WITHIN_S = 10.0
QUIET_PORTS = range(20_000, 30_000)
"""No system gives these to connections of its own, so that one stays free while nobody listens."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a line leads: a port of loopback, or a socket's file."""

    to: int | Path

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; raises OSError."""
        if isinstance(self.to, Path):
            return await asyncio.open_unix_connection(self.to)
        return await asyncio.open_connection(LOOPBACK, self.to)


class Wires:
    """The lines of one host. Used from any thread; they run on a thread of their own.

    `address`: where the host itself listens for the others. `here`: where its lines begin.
    `entering`: what a command of this host begins with.
    """

    entering: Sequence[str] = ()

    def __init__(self, address: str = "", here: str = LOOPBACK) -> None:
        self.address = address or f"{LOOPBACK}:{quiet_port()}"
        self.here = here
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="wires")
        self._whole = asyncio.Event()
        self._whole.set()
        self._servers: list[asyncio.Server] = []
        self._thread.start()

    @property
    def cut(self) -> bool:
        """Whether nothing passes."""
        return not self._whole.is_set()

    def port(self, to: int | Path) -> int:
        """A new port that leads to another one, or to a socket's file."""
        return self._run(self._listen(Way(to)))

    def url(self, url: str) -> str:
        """The same address by a line of this host."""
        found = urlsplit(url)
        if found.port is None:
            raise ValueError(f"{url} names no port")
        return found._replace(netloc=f"{self.here}:{self.port(found.port)}").geturl()

    def between(self, others: Sequence[Wires]) -> dict[str, str]:
        """How this host reaches others: by their address, the one to connect to."""
        ports = {one.address: int(one.address.rpartition(":")[2]) for one in others}
        return {address: f"{LOOPBACK}:{self.port(port)}" for address, port in ports.items()}

    def sever(self) -> None:
        """Let nothing pass from now on."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """Let everything pass again, what has waited first. Idempotent."""
        self._loop.call_soon_threadsafe(self._whole.set)

    def close(self) -> None:
        """End all of them. Idempotent."""
        if self._thread.is_alive():
            self._run(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(WITHIN_S)
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)

    async def _listen(self, way: Way) -> int:
        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):  # the streams complain of it otherwise
                await self._lead(way, reader, writer)

        server = await asyncio.start_server(lead, self.here, 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _lead(
        self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, until either end closes it."""
        await self._whole.wait()
        try:
            there = await way.open()
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(self._pass(reader, there[1]), self._pass(there[0], writer))
        finally:
            for one in (writer, there[1]):
                one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(PIECE):
                await self._whole.wait()
                writer.write(said)
                await writer.drain()
        await self._whole.wait()
        writer.close()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        mine = asyncio.all_tasks() - {asyncio.current_task()}
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)


@contextmanager
def wired(hosts: int) -> Iterator[list[Wires]]:
    """So many hosts' lines, for as long as the block lasts."""
    all_of_them = [Wires() for _ in range(hosts)]
    try:
        yield all_of_them
    finally:
        for one in all_of_them:
            one.close()


def quiet_port() -> int:
    """A port of loopback that is free, and stays so until its host listens there."""
    while True:
        port = SystemRandom().choice(QUIET_PORTS)
        with suppress(OSError), create_server((LOOPBACK, port)):
            return port
