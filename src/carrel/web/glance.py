"""The control API's part for the status line: what somebody wants to see at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from carrel.ports.store import Store
from carrel.web.schedules import Jobs
from carrel.web.shapes import answer
from carrel.web.status import StatusInfo


@dataclass(frozen=True, slots=True)
class Glance:
    """What happens now and next. `next_at` in unix seconds; `cost` in dollars, since midnight."""

    running: int
    waiting: int
    platforms: tuple[tuple[str, str], ...]
    next_job: str
    next_at: float | None
    turns: int
    cost: float


@dataclass(frozen=True, slots=True)
class GlanceDesk:
    """Answers with a Glance."""

    status: Callable[[], StatusInfo]
    jobs: Jobs
    store: Store

    async def show(self, _request: Request) -> Response:
        """All of it in one answer, so that a status line asks once."""
        status = self.status()
        listed = await self.jobs.listing()
        due = [(job.next_at, job.name) for job in listed if job.next_at is not None]
        at, name = min(due, default=(None, ""))
        spent = await self.store.spent(None, status.day_began)
        networks = tuple((one.name, one.state) for one in status.platforms if one.is_network)
        glance = Glance(
            status.running, status.waiting, networks, name, at, spent.turns, spent.usage.cost
        )
        return answer(Glance, glance)


def glance_routes(status: Callable[[], StatusInfo], jobs: Jobs, store: Store) -> list[Route]:
    """The route `/glance`."""
    return [Route("/glance", GlanceDesk(status, jobs, store).show)]
