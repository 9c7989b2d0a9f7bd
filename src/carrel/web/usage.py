"""The control API's part about what was spent."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carrel.runtime.accounts import Report
from carrel.web.shapes import answer


class Accounts(Protocol):
    """What can be told about it."""

    async def report(self) -> Report:
        """The figures."""
        ...


def usage_route(accounts: Accounts) -> Route:
    """`/usage`: the figures of the last days."""

    async def usage(_request: Request) -> Response:
        return answer(Report, await accounts.report())

    return Route("/usage", usage)
