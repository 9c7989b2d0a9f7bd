"""The control API's part about messages that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel.core.errors import Refused
from carrel.ports.store import DeadLetter
from carrel.web.posting import fields
from carrel.web.shapes import answer


class Letters(Protocol):
    """What the operator can look at and decide about failed messages."""

    async def listing(self) -> tuple[DeadLetter, ...]:
        """The failed messages."""
        ...

    async def settle(self, message: str, *, again: bool) -> None:
        """Try one again, or let go of it."""
        ...


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Answers requests about failed messages. Whatever goes wrong raises Refused or Unavailable."""

    letters: Letters

    async def listing(self, _request: Request) -> Response:
        """All of them, the newest first."""
        return answer(tuple[DeadLetter, ...], await self.letters.listing())

    async def settle(self, request: Request) -> Response:
        """`{"message", "act"}`: `retry` it or `drop` it."""
        message, act = await fields(request, {"message": "…", "act": "retry"})
        if act not in ("retry", "drop"):
            raise Refused("“act” must be “retry” or “drop”.")
        await self.letters.settle(message, again=act == "retry")
        return JSONResponse({"message": message})


def letter_routes(letters: Letters) -> list[Route]:
    """The routes at `/dead-letters`."""
    desk = LetterDesk(letters)
    return [
        Route("/dead-letters", desk.listing),
        Route("/dead-letters", desk.settle, methods=["POST"]),
    ]
