"""The control API's part about jobs: listed, fired, paused, resumed, and what they have done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from carrel.core.errors import Refused
from carrel.runtime.job_desk import FireInfo, JobInfo
from carrel.web.shapes import answer

LAST = 20


class Jobs(Protocol):
    """What people can look at and decide about jobs."""

    async def listing(self) -> tuple[JobInfo, ...]:
        """All jobs."""
        ...

    async def history(self, name: str, limit: int) -> tuple[FireInfo, ...]:
        """The last fires of one."""
        ...

    async def fire_now(self, name: str) -> None:
        """Fire one now."""
        ...

    async def pause(self, name: str) -> None:
        """Let one fire no more."""
        ...

    async def resume(self, name: str) -> None:
        """Let it go on."""
        ...


@dataclass(frozen=True, slots=True)
class ScheduleDesk:
    """Answers requests about jobs. Whatever goes wrong raises Refused or Unavailable."""

    jobs: Jobs

    async def listing(self, _request: Request) -> Response:
        """All jobs, by name."""
        return answer(tuple[JobInfo, ...], await self.jobs.listing())

    async def history(self, request: Request) -> Response:
        """The last fires of a job."""
        found = await self.jobs.history(request.path_params["name"], LAST)
        return answer(tuple[FireInfo, ...], found)

    async def decide(self, request: Request) -> Response:
        """`run`, `pause` or `resume` a job."""
        name = request.path_params["name"]
        await do(self.jobs, request.path_params["what"], name)
        return JSONResponse({"job": name})


async def do(jobs: Jobs, what: str, name: str) -> None:
    """Do what a person has decided about a job. Raises Refused."""
    match what:
        case "run":
            await jobs.fire_now(name)
        case "pause":
            await jobs.pause(name)
        case "resume":
            await jobs.resume(name)
        case other:
            raise Refused(f"“{other}” cannot be done to a job.")


def schedule_routes(jobs: Jobs) -> list[Route]:
    """The routes below `/schedules`."""
    desk = ScheduleDesk(jobs)
    return [
        Route("/schedules", desk.listing),
        Route("/schedules/{name}", desk.history),
        Route("/schedules/{name}/{what}", desk.decide, methods=["POST"]),
    ]
