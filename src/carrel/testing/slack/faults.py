"""What goes wrong on purpose, by method."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from carrel.testing.slack.problems import ApiError, too_many
from carrel.testing.slack.world import World


@dataclass
class Fault:
    """One fault and how often it still strikes. Neither error nor drop: it only waits."""

    method: str
    left: int
    error: ApiError | None = None
    after_commit: bool = False
    drop: bool = False
    wait: float = 0.0
    gate: asyncio.Event | None = None


class Faults:
    """Faults to come, each by a method's name, or `*` for all of them.

    Each strikes `times` times, then it is over. after_commit: once the request had its effect.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._faults: list[Fault] = []

    def status(
        self, method: str, status: int, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Answer a status, such as 502."""
        error = ApiError("", status=status)
        self._faults.append(Fault(method, times, error, after_commit))

    def refuse(self, method: str, name: str, *, times: int = 1) -> None:
        """Refuse with a word of Slack's."""
        self._faults.append(Fault(method, times, ApiError(name)))

    def rate_limit(self, method: str, seconds: int = 1, *, times: int = 1) -> None:
        """Answer 429, with the pause that is asked for."""
        self._faults.append(Fault(method, times, too_many(seconds)))

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

    def cut(self) -> None:
        """Reset the socket."""
        self._world.sockets.cut()

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Have the socket end as Slack announces it."""
        self._world.sockets.disconnect(reason)

    def mute(self, times: int = 1) -> None:
        """Lose so many envelopes on their way; they are given again."""
        self._world.sockets.muted += times

    def double(self, times: int = 1) -> None:
        """Give the next event so many times more, each in another envelope."""
        self._world.sockets.doubled += times

    def malform(self) -> None:
        """Give an event that nobody can read."""
        self._world.event({"type": "message", "channel": 7, "ts": None, "user": [], "text": {}})

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for fault in self._faults:
            if fault.gate:
                fault.gate.set()
        self._faults.clear()

    def strike(self, method: str, *, after_commit: bool) -> Fault | None:
        """The fault that hits a request now; it is used up by one."""
        for fault in self._faults:
            named = fault.method in (method, "*")
            if fault.left > 0 and named and fault.after_commit == after_commit:
                fault.left -= 1
                told = fault.error.name or fault.error.status if fault.error else None
                self._world.ledger.add("fault", method=method, error=told, drop=fault.drop)
                return fault
        return None
