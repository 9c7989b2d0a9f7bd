"""What goes wrong on purpose on the fake Telegram."""

from __future__ import annotations

from carrel.testing.method_faults import MethodFaults
from carrel.testing.telegram.model import Json
from carrel.testing.telegram.problems import TAKEN, ApiError, too_many
from carrel.testing.telegram.world import World


class Faults(MethodFaults):
    """Faults by a method's name; `*` is all but getUpdates."""

    spared = frozenset({"getUpdates"})

    def __init__(self, world: World) -> None:
        super().__init__(world.ledger)
        self._world = world

    def status(
        self, method: str, status: int, *, after_commit: bool = False, times: int = 1
    ) -> None:
        """Answer a status, such as 502."""
        error = ApiError(status, "Bad Gateway" if status == 502 else "Internal Server Error")  # noqa: PLR2004 - as an HTTP status
        self.fail(method, error, after_commit=after_commit, times=times)

    def refuse(self, method: str, code: int, description: str, *, times: int = 1) -> None:
        """Refuse with a sentence of Telegram's."""
        self.fail(method, ApiError(code, description), times=times)

    def rate_limit(self, method: str, seconds: int = 1, *, times: int = 1) -> None:
        """Answer 429, with the pause that is asked for."""
        self.fail(method, too_many(seconds), times=times)

    def rival(self, times: int = 1) -> None:
        """Another program asks for updates: so many asks end in 409."""
        self.fail("getUpdates", ApiError(409, TAKEN), times=times)

    def reset_polls(self) -> None:
        """Cut the connection of the next answer to getUpdates, and let it be given now."""
        self.drop("getUpdates")
        self._world.wake()

    def double(self, times: int = 1) -> None:
        """Give the next message so many times more, each as another update."""
        self._world.doubled += times

    def malform(self) -> None:
        """Give an update that nobody can read."""
        self._world.tell("message", {"message_id": "many", "chat": None, "text": 7})

    def surprise(self, data: Json) -> None:
        """Give an update of a kind that is not known yet."""
        self._world.tell("something_new", data)
