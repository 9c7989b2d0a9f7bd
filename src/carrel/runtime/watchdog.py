"""Tells whoever started the gateway how it is: systemd's notify protocol, a datagram a word.

See sd_notify(3). Elsewhere nobody listens, and nothing is sent.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from carrel.ports.clock import Clock

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"
PINGS = 3
"""So many signs of life within the time after which systemd would end the process."""


class Watchdog:
    """What is said to the service manager that `environ` names, if any."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._every = _microseconds(environ.get("WATCHDOG_USEC", "")) / 1e6 / PINGS
        self._clock = clock

    @property
    def is_watched(self) -> bool:
        """Whether signs of life are waited for."""
        return bool(self._address) and self._every > 0

    def begin(self, keep: Callable[[str, Callable[[], Awaitable[None]]], None]) -> None:
        """It is ready; `keep` the signs of life going if they are waited for."""
        if self.is_watched:
            keep("watchdog", self.run)
        self.say(READY)

    def say(self, word: str) -> None:
        """Send a word. Never raises: a manager that does not hear is no failure of ours."""
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(word.encode(), self._address)

    async def run(self) -> None:
        """Give signs of life for ever; a gateway whose event loop stands still gives none."""
        while True:
            self.say(ALIVE)
            await self._clock.sleep(self._every)


def _microseconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
