"""What goes wrong on purpose on the fake Slack."""

from __future__ import annotations

from carrel.testing.method_faults import MethodFaults
from carrel.testing.slack.problems import ApiError, too_many
from carrel.testing.slack.world import World


class Faults(MethodFaults):
    """Faults by a method's name, and of the socket."""

    def __init__(self, world: World) -> None:
        super().__init__(world.ledger)
        self._world = world

    def status(
        self, method: str, status: int, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Answer a status, such as 502."""
        error = ApiError("", status=status)
        self.fail(method, error, after_commit=after_commit, times=times)

    def refuse(self, method: str, name: str, *, times: int = 1) -> None:
        """Refuse with a word of Slack's."""
        self.fail(method, ApiError(name), times=times)

    def rate_limit(self, method: str, seconds: int = 1, *, times: int = 1) -> None:
        """Answer 429, with the pause that is asked for."""
        self.fail(method, too_many(seconds), times=times)

    def cut(self) -> None:
        """Reset the socket."""
        self._world.sockets.cut()

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Have the socket end as Slack announces it."""
        self._world.sockets.disconnect(reason)

    def mute(self, times: int = 1) -> None:
        """Lose so many envelopes on their way, then the socket; they are given again."""
        self._world.sockets.muted += times

    def double(self, times: int = 1) -> None:
        """Give the next event so many times more, each in another envelope."""
        self._world.sockets.doubled += times

    def malform(self) -> None:
        """Give an event that nobody can read."""
        self._world.event({"type": "message", "channel": 7, "ts": None, "user": [], "text": {}})
