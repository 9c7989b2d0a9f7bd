"""The control API's part about people who were let in while Carrel ran."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel.core.admission import Invited
from carrel.core.pairing import LIFE
from carrel.runtime.guestbook import Guestbook
from carrel.web.posting import fields
from carrel.web.shapes import answer


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """Answers requests about people. Whatever goes wrong raises Refused or Unavailable."""

    guestbook: Guestbook

    async def listing(self, _request: Request) -> Response:
        """Everybody who was let in, the first one first."""
        return answer(tuple[Invited, ...], await self.guestbook.listing())

    async def remove(self, request: Request) -> Response:
        """`{"who"}`: they are a stranger again."""
        (who,) = await fields(request, {"who": "discord:1234"})
        await self.guestbook.remove(who)
        return JSONResponse({"who": who})

    async def pair(self, _request: Request) -> Response:
        """A new code, and the seconds for which it holds."""
        return JSONResponse({"code": await self.guestbook.mint(), "seconds": LIFE})


def people_routes(guestbook: Guestbook) -> list[Route]:
    """The routes at `/people` and `/pair`."""
    desk = PeopleDesk(guestbook)
    return [
        Route("/people", desk.listing),
        Route("/people/remove", desk.remove, methods=["POST"]),
        Route("/pair", desk.pair, methods=["POST"]),
    ]
