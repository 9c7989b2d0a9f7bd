"""Whether the server answers: said once when it goes, once when it is back."""

from __future__ import annotations

import threading

import structlog

from carrel.stores.postgres.address import Address

log = structlog.get_logger(__name__)


class Reach:
    """What all connections to one server know together. Any thread may tell it."""

    def __init__(self, address: Address) -> None:
        self._address, self._lock, self._away = address, threading.Lock(), False

    def away(self, why: str) -> None:
        """It did not answer."""
        with self._lock:
            first, self._away = not self._away, True
        if first:
            log.warning("store away, tried again", store=self._address.shown, error=why)

    def back(self) -> None:
        """It answered."""
        with self._lock:
            again, self._away = self._away, False
        if again:
            log.info("store back", store=self._address.shown)
