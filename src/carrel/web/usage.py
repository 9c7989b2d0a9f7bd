"""The control API's part about what was spent."""

from __future__ import annotations

from typing import Protocol

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carrel.runtime.accounts import Report


class Accounts(Protocol):
    """What can be told about it."""

    async def report(self) -> Report:
        """The figures."""
        ...


def usage_route(accounts: Accounts) -> Route:
    """`/usage`: the figures of the last days."""
    shape = TypeAdapter(Report)

    async def usage(_request: Request) -> Response:
        report = await accounts.report()
        return Response(shape.dump_json(report), media_type="application/json")

    return Route("/usage", usage)
