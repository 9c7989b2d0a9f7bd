"""The beginning of a turn, which may wait for long: for a place, for room, for its engine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from carrel.core.model import StopReason, TurnId


@dataclass(slots=True)
class Opening:
    """A turn that is just being begun, and how it ends if that is cut off."""

    turn: TurnId
    task: asyncio.Task[None]
    end: StopReason = "stopped"

    def cut(self, end: StopReason) -> bool:
        """Whether it is cut off, by this or by what came before."""
        if self.task.cancelling():
            return True
        self.end = end
        return self.task.cancel()
