"""The control API's part about what was spent."""

from __future__ import annotations

from typing import Protocol

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carrel.core.model import SessionKey
from carrel.runtime.accounts import Report


class Accounts(Protocol):
    """What can be told about it."""

    async def report(self, key: SessionKey | None = None) -> Report:
        """The figures, a session's own among them."""
        ...


def usage_route(accounts: Accounts) -> Route:
    """`/usage?session=`: the figures of the last days."""
    shape = TypeAdapter(Report)

    async def usage(request: Request) -> Response:
        session = request.query_params.get("session")
        report = await accounts.report(SessionKey(session) if session else None)
        return Response(shape.dump_json(report), media_type="application/json")

    return Route("/usage", usage)
