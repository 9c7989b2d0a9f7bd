"""What goes wrong on purpose on a network whose requests are named methods."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web

from carrel.testing.ledger import Ledger


@dataclass
class Fault:
    """One fault and how often it still strikes. Neither error nor drop: it only waits."""

    method: str
    left: int
    error: Exception | None = None
    after_commit: bool = False
    drop: bool = False
    wait: float = 0.0
    gate: asyncio.Event | None = None


class Dropped(Exception):
    """The connection was cut."""


class MethodFaults:
    """Faults to come, each by a method's name, or `*` for all of them but the `spared`.

    Each strikes `times` times, then it is over. after_commit: once the request had its effect.
    """

    spared: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, ledger: Ledger[Any]) -> None:
        self._ledger = ledger
        self._faults: list[Fault] = []

    def fail(
        self, method: str, error: Exception, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Answer an error of the network's."""
        self._faults.append(Fault(method, times, error, after_commit))

    def drop(self, method: str, *, times: int = 1) -> None:
        """Reset the connection before the request has any effect."""
        self._faults.append(Fault(method, times, drop=True))

    def drop_after_commit(self, method: str, *, times: int = 1) -> None:
        """Reset the connection once the request has had its effect."""
        self._faults.append(Fault(method, times, drop=True, after_commit=True))

    def slow(
        self, method: str, seconds: float, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Let requests wait."""
        self._faults.append(Fault(method, times, after_commit=after_commit, wait=seconds))

    def hold(self, method: str, *, after_commit: bool = False) -> asyncio.Event:
        """Let one request wait until the returned event is set."""
        gate = asyncio.Event()
        self._faults.append(Fault(method, 1, after_commit=after_commit, gate=gate))
        return gate

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for fault in self._faults:
            if fault.gate:
                fault.gate.set()
        self._faults.clear()

    async def strike(self, method: str, request: web.Request, *, after_commit: bool) -> None:
        """Let the fault happen that hits a request now. Raises its error, or Dropped."""
        fault = self._used_up(method, after_commit=after_commit)
        if fault is None:
            return
        if fault.gate is not None:
            await fault.gate.wait()
        await asyncio.sleep(fault.wait)
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            raise Dropped
        if fault.error is not None:
            raise fault.error

    def _used_up(self, method: str, *, after_commit: bool) -> Fault | None:
        """The first that hits a request, once less."""
        for fault in self._faults:
            named = fault.method == method or (fault.method == "*" and method not in self.spared)
            if fault.left > 0 and named and fault.after_commit == after_commit:
                fault.left -= 1
                error = str(fault.error) if fault.error else None
                self._ledger.add("fault", method=method, error=error, drop=fault.drop)
                return fault
        return None
