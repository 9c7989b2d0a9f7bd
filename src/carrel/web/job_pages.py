"""The console's pages about jobs and schedules: when they fire, what came of it, what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from carrel.web.schedules import Jobs, do

LAST = 50


@dataclass(frozen=True, slots=True)
class JobPages:
    """What the pages are made from. `banner` stands at the top of each."""

    jobs: Jobs
    env: Environment
    banner: str | None

    async def listing(self, _request: Request) -> Response:
        """All jobs, by name."""
        return self._page("jobs.html", jobs=await self.jobs.listing())

    async def history(self, request: Request) -> Response:
        """What one job has done."""
        name = request.path_params["name"]
        info = next((one for one in await self.jobs.listing() if one.name == name), None)
        if info is None:
            raise HTTPException(404, "There is no such job.")
        return self._page("job.html", job=info, fires=await self.jobs.history(name, LAST))

    async def shelf(self, _request: Request) -> Response:
        """The list by itself, afresh."""
        return self._page("job_list.html", jobs=await self.jobs.listing())

    async def decide(self, request: Request) -> Response:
        """`run`, `pause` or `resume` a job; the list as it is then."""
        await do(self.jobs, request.path_params["what"], request.path_params["name"])
        return await self.shelf(request)

    def _page(self, template: str, **values: object) -> HTMLResponse:
        html = self.env.get_template(template).render(banner=self.banner, **values)
        return HTMLResponse(html)


def job_routes(jobs: Jobs, env: Environment, banner: str | None) -> list[Route]:
    """The routes below `/schedules`."""
    pages = JobPages(jobs, env, banner)
    return [
        Route("/schedules", pages.listing),
        Route("/schedules/list", pages.shelf),
        Route("/schedules/job/{name}", pages.history),
        Route("/schedules/job/{name}/{what}", pages.decide, methods=["POST"]),
    ]
