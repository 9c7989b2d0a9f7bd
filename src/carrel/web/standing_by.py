"""What a host answers while another one leads: who does, how it stands itself, and how it ends."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel import __version__
from carrel.core.errors import CarrelError, Unavailable
from carrel.ports.clock import Clock
from carrel.ports.hosts import HostStore, Part
from carrel.runtime.audit import audit
from carrel.runtime.endings import Endings
from carrel.runtime.supervisor import Supervisor
from carrel.runtime.watchdog import Watchdog
from carrel.web import refusals
from carrel.web.hosts import host_routes
from carrel.web.server import Doors, WebServer
from carrel.web.shapes import answer
from carrel.web.status import StatusInfo

STANDS_BY = "stands by"
NOBODY_LEADS = "No host leads now; this one runs agents for the one that will."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waits:
    """What a gateway has already while it waits."""

    endings: Endings
    watchdog: Watchdog
    doors: Doors


class StandBy:
    """The doors of a host that waits. `say` is told who leads."""

    def __init__(
        self, waits: Waits, clock: Clock, say: Callable[[str], None], part: Part = "all"
    ) -> None:
        self._waits, self._clock, self._say, self._part = waits, clock, say, part
        self._supervisor = Supervisor(clock)
        self._hosts: list[Route] = []
        self._server: WebServer | None = None
        self._leader = ""

    @asynccontextmanager
    async def beside(self, store: HostStore) -> AsyncIterator[None]:
        """While `store` is being opened. Afterwards whoever leads opens doors of its own."""
        self._hosts = host_routes(store, self._waits.endings.drain)
        try:
            yield
        finally:
            await self._supervisor.close()
            if self._server is not None:
                self._server.close()

    @property
    def sentence(self) -> str:
        """How it stands."""
        if not self._leader:
            return NOBODY_LEADS
        if self._part == "engines":
            return f"{self._leader} leads; this host runs agents for it."
        return f"{self._leader} leads; this host stands by and takes over when it is gone."

    def follow(self, leader: str) -> None:
        """Another host leads, or none. Raises ConfigError when a door cannot be opened here."""
        self._leader = leader
        if self._server is None:
            self._open()
        log.info("stands by", leader=leader)
        self._say(self.sentence)

    def _open(self) -> None:
        server = self._server = WebServer(self._pages(), self._control(), self._waits.doors)
        server.bind()
        self._supervisor.keep("web", server.run)
        self._waits.watchdog.begin(self._supervisor.keep)
        self._waits.endings.listen()

    def _pages(self) -> Starlette:
        return Starlette(exception_handlers={404: self._elsewhere})

    def _control(self) -> Starlette:
        routes = [
            Route("/status", self._status),
            Route("/stop", self._stop, methods=["POST"]),
            *self._hosts,
        ]
        refused = {CarrelError: _refused, HTTPException: _refused, 404: self._elsewhere}
        return Starlette(routes=routes, exception_handlers=refused)

    async def _status(self, _request: Request) -> Response:
        now = self._clock.now()
        status = StatusInfo(
            __version__, os.getpid(), now, 0, 0, 0, notices=(self.sentence,), login=STANDS_BY
        )
        return answer(StatusInfo, status)

    async def _stop(self, _request: Request) -> Response:
        audit.info("stop asked for")
        self._waits.endings.stop.set()
        return JSONResponse({"stopping": True}, 202)

    async def _elsewhere(self, _request: Request, _error: Exception) -> Response:
        return refusals.json(*refusals.plain(Unavailable(self.sentence)))


async def _refused(_request: Request, error: Exception) -> Response:
    return refusals.json(*refusals.plain(error))
