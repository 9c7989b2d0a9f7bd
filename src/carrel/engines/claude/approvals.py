"""The CLI asks, a person answers: a request stands until its answer comes or it is withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from carrel.core.approvals import request
from carrel.core.events import Decision
from carrel.core.model import Approval, TurnId

MAX_JUDGED = 50_000
"""Characters. What nobody can read to its end, nobody can allow."""

TOO_LONG = "This is too long for a person to judge; do it in smaller steps."
NO_REASON = "A person denied this."
NO_TURN = "Nobody is there to ask at the moment; do without it."
ASK_IN_TEXT = "Question cards are not available here: ask in plain text and end your turn."


class Approvals:
    """The open requests of one live engine."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._open: dict[str, asyncio.Future[tuple[Decision, str]]] = {}

    def make(
        self, turn: TurnId, number: int, tool: str, arguments: Mapping[str, object]
    ) -> Approval:
        """An approval bound to the tool and its full arguments, waiting for its answer."""
        approval = request(turn, number, tool, arguments, self._folder)
        if len(approval.detail) <= MAX_JUDGED:
            self._open[approval.id] = asyncio.get_running_loop().create_future()
        return approval

    @property
    def waiting(self) -> bool:
        """Whether a person is asked something at this moment."""
        return any(not future.done() for future in self._open.values())

    async def answer_to(self, approval: Approval) -> tuple[Decision, str]:
        """Wait for the answer, without limit; cancelled when the turn is stopped."""
        try:
            return await self._open[approval.id]
        finally:
            self._open.pop(approval.id, None)

    def answer(self, approval: str, decision: Decision, reason: str) -> None:
        """The first answer wins; unknown requests are ignored."""
        future = self._open.get(approval)
        if future is not None and not future.done():
            future.set_result((decision, reason or NO_REASON))
