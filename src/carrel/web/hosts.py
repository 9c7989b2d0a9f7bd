"""The control API's part about the hosts that share the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel.ports.hosts import HostInfo, HostStore
from carrel.runtime.audit import audit
from carrel.web.posting import fields
from carrel.web.shapes import answer


@dataclass(frozen=True, slots=True)
class HostDesk:
    """Answers requests about hosts; `drain` begins this one's own end."""

    store: HostStore
    drain_here: Callable[[], None]

    async def listing(self, _request: Request) -> Response:
        """Everybody who shares the store; nobody where it is a file."""
        return answer(tuple[HostInfo, ...], await self.store.hosts())

    async def drain(self, request: Request) -> Response:
        """`{"host"}`: it finishes the turns that run, and ends."""
        (host,) = await fields(request, {"host": "one-1a2b3c4d"})
        here = host == self.store.host
        if here:
            self.drain_here()
        else:
            await self.store.drain(host)
        audit.info("drain asked for", host=host)
        return JSONResponse({"host": host, "here": here}, 202)


def host_routes(store: HostStore, drain: Callable[[], None]) -> list[Route]:
    """The routes at `/hosts`."""
    desk = HostDesk(store, drain)
    return [
        Route("/hosts", desk.listing),
        Route("/hosts/drain", desk.drain, methods=["POST"]),
    ]
