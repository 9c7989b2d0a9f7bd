"""The control API's part about terminals: the lease that one takes, and what it then runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel.core.errors import CarrelError, Refused
from carrel.ports.engine import Program
from carrel.tasks import Tasks
from carrel.web.posting import fields
from carrel.web.sse import PING, PING_SECONDS, event, stream


class Lends(Protocol):
    """What gives sessions to terminals."""

    async def lease(self, session: str) -> Path:
        """The file that a terminal locks first."""
        ...

    async def program(self, session: str) -> Program:
        """What it shall run."""
        ...

    async def readmit(self, session: str, token: str) -> str:
        """Where it is served now."""
        ...


@dataclass(frozen=True, slots=True)
class Terminals:
    """Answers requests of `carrel attach`. Whatever goes wrong raises Refused or Unavailable."""

    lends: Lends

    async def lease(self, request: Request) -> Response:
        """`?session=`: where the lease lies."""
        return JSONResponse({"lease": str(await self.lends.lease(_session(request)))})

    async def program(self, request: Request) -> Response:
        """`?session=`: one event `program` or `trouble`, as soon as no turn runs."""
        return stream(self._program(_session(request)))

    async def relay(self, request: Request) -> Response:
        """`{"session", "token"}`: where the terminal's program is served by this gateway."""
        session, token = await fields(request, {"session": "…", "token": "…"})
        return JSONResponse({"relay": await self.lends.readmit(session, token)})

    async def _program(self, session: str) -> AsyncIterator[bytes]:
        tasks = Tasks("terminal")
        asked = tasks.start(self._lent(session), session)
        try:
            while not (await asyncio.wait({asked}, timeout=PING_SECONDS))[0]:
                yield PING
            match asked.result():
                case Program() as program:
                    variables = dict(program.variables)
                    yield event("program", asdict(program) | {"variables": variables})
                case error:
                    yield event("trouble", {"error": str(error)})
        finally:
            await tasks.close()

    async def _lent(self, session: str) -> Program | CarrelError:
        """What is expected to go wrong is an answer, and no task that failed."""
        try:
            return await self.lends.program(session)
        except CarrelError as error:
            return error


def terminal_routes(lends: Lends) -> list[Route]:
    """The routes below `/terminal`."""
    terminals = Terminals(lends)
    return [
        Route("/terminal/lease", terminals.lease),
        Route("/terminal/program", terminals.program),
        Route("/terminal/relay", terminals.relay, methods=["POST"]),
    ]


def _session(request: Request) -> str:
    session = request.query_params.get("session", "")
    if not session:
        raise Refused("Say which session: `carrel sessions` lists them.")
    return session
