"""The console's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from carrel.core.editing import is_edition
from carrel.core.errors import CarrelError, Refused
from carrel.core.model import MessageId
from carrel.platforms.console import NAME, ConsolePlatform, place
from carrel.ports.clock import Clock
from carrel.ports.store import Store
from carrel.runtime.audit import audit
from carrel.web import refusals
from carrel.web.desk_names import fresh_name
from carrel.web.desks import Desk, desks
from carrel.web.files import file_response
from carrel.web.fragments import Fragments, environment
from carrel.web.guard import NO_COOKIE, Guard, cookie_name, port_of
from carrel.web.job_pages import job_routes
from carrel.web.live import Live
from carrel.web.login import COOKIE_DAYS, ConsoleLogin, Locked
from carrel.web.posting import body_cap, edit_form, post_form, status_of
from carrel.web.schedules import Jobs
from carrel.web.sse import stream
from carrel.web.status import StatusInfo

_AT_FIRST = 100
_AT_MOST = 1000
_DIGITS = 9
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages are made from."""

    hub: ConsolePlatform
    store: Store
    status: Callable[[], StatusInfo]
    login: ConsoleLogin
    banner: str | None
    env: Environment
    live: Live

    async def home(self, _request: Request) -> Response:
        """The conversation that was used last, or a fresh one."""
        known = await desks(self.store)
        return RedirectResponse(f"/c/{known[0].name if known else fresh_name()}", 303)

    async def fresh(self, request: Request) -> Response:
        """A new conversation, beside another one if asked.

        It is only a name until the first letter is written: that makes the agent ready.
        """
        other = request.query_params.get("beside")
        beside = f"?beside={place(other).channel}" if other else ""
        return RedirectResponse(f"/c/{fresh_name()}{beside}", 303)

    async def conversation(self, request: Request) -> Response:
        """One conversation, or two side by side."""
        name = request.path_params["name"]
        names = [place(n).channel for n in (name, request.query_params.get("beside")) if n]
        limit = _limit(request)
        panes = [await self._pane(n, limit) for n in dict.fromkeys(names)]
        panes[0]["first"] = True
        for pane, other in zip(panes, reversed(panes), strict=True):
            pane["other"] = other["name"] if other is not pane else ""
        return self._page("page.html", panes=panes, limit=limit, **await self._side(names))

    async def side(self, request: Request) -> Response:
        """The list at the side, afresh."""
        names = request.query_params.getlist("c")
        return self._page("side.html", **await self._side([place(n).channel for n in names]))

    async def events(self, request: Request) -> Response:
        """The live channel of a page with one or two conversations."""
        names = [place(n).channel for n in request.query_params.getlist("c")[:2]]
        return stream(self.live.events(dict.fromkeys(names, _limit(request))))

    async def say(self, request: Request) -> Response:
        """Take a message in."""
        verdict = await post_form(request, self.hub, request.path_params["name"])
        status, sentence = status_of(verdict)
        if sentence:
            raise HTTPException(status, sentence)
        return Response(status_code=status)

    async def edit(self, request: Request) -> Response:
        """Change what was said here. What was said elsewhere, or by a job, is nobody's to edit."""
        where = place(request.path_params["name"])
        said = await self.store.said(MessageId(f"{NAME}/{request.path_params['message']}"))
        if said is None or said.conversation != where or is_edition(said):
            raise Refused("That message is not kept here any more.")
        verdict = await edit_form(request, self.hub, said)
        if verdict.outcome == "ignored":
            raise HTTPException(409, f"It stays as it is: {verdict.reason}.")
        status, sentence = status_of(verdict)
        if sentence:
            raise HTTPException(status, sentence)
        return Response(status_code=status)

    async def begins(self, request: Request) -> Response:
        """Somebody writes the first letter."""
        await self.hub.begins(request.path_params["name"])
        return Response(status_code=204)

    async def complete(self, request: Request) -> Response:
        """`?text=`: what may follow in the message box, as pairs of a label and the text then."""
        text = request.query_params.get("text", "")
        found = await self.hub.complete(request.path_params["name"], text)
        return JSONResponse(found)

    async def file(self, request: Request) -> Response:
        """A file that a session sent out."""
        name, id_ = request.path_params["name"], request.path_params["id"]
        return await file_response(self.store, name, id_, view="view" in request.query_params)

    async def enter(self, request: Request) -> Response:
        """Turn a one-time link into a cookie; other pages can neither use it up nor guess."""
        if request.headers.get("sec-fetch-dest", "document") != "document":
            raise HTTPException(403, "A link opens the console only as a page of its own.")
        if request.method == "HEAD":  # a look at the link, which must not use it up
            return Response(status_code=204)
        try:
            cookie = self.login.redeem(request.query_params.get("code", ""))
        except Locked:
            audit.warning("console login", outcome="locked")
            raise HTTPException(429, "Too many wrong links; please wait five minutes.") from None
        audit.info("console login", outcome="refused" if cookie is None else "let in")
        if cookie is None:
            raise HTTPException(401, f"This link was used already or is too old. {NO_COOKIE}")
        # not a redirect: a strict cookie does not go along with one that began elsewhere
        response = self._page("welcome.html")
        response.set_cookie(
            cookie_name(port_of(request.scope)),
            cookie,
            max_age=COOKIE_DAYS * _DAY,
            httponly=True,
            samesite="strict",
        )
        return response

    async def ping(self, _request: Request) -> Response:
        """Says that the gateway is there and the cookie is good."""
        return Response(status_code=204)

    async def _pane(self, name: str, limit: int) -> dict[str, Any]:
        html, count = await self.live.log(name, limit)
        earlier = min(limit * 3, _AT_MOST) if count >= limit < _AT_MOST else 0
        return {"name": name, "html": html, "empty": count == 0, "earlier": earlier}

    async def _side(self, names: list[str]) -> dict[str, Any]:
        known = await desks(self.store)
        listed = {desk.name for desk in known}
        fresh = [Desk(n, "", 0.0, "") for n in dict.fromkeys(names) if n not in listed]
        return {"desks": (*fresh, *known), "open": names, "status": self.status()}

    def _page(self, template: str, **values: Any) -> HTMLResponse:
        html = self.env.get_template(template).render(
            banner=self.banner, caps=self.hub.caps, **values
        )
        return HTMLResponse(html)

    async def refused(self, request: Request, error: Exception) -> Response:
        """The page for whatever went wrong."""
        return refusals.page(self.env, request, *refusals.plain(error))


def console_app(
    hub: ConsolePlatform,
    store: Store,
    status: Callable[[], StatusInfo],
    login: ConsoleLogin,
    banner: str | None,
    clock: Clock,
    jobs: Jobs,
    more: Iterable[Route] = (),
) -> Starlette:
    """The pages as an ASGI application, to be served on loopback.

    `banner` stands at the top of every page.
    `more`: what else is answered at this address.
    """
    env = environment()
    live = Live(hub, store, Fragments(env, clock))
    console = Console(hub, store, status, login, banner, env, live)
    return Starlette(
        routes=[*job_routes(jobs, env, banner), *_routes(console), *more],
        middleware=[Middleware(Guard, login=login, env=env, body=body_cap(hub.caps))],
        exception_handlers={
            CarrelError: console.refused,
            OSError: console.refused,
            HTTPException: console.refused,
            500: console.refused,
        },
    )


def _routes(console: Console) -> list[Route | Mount]:
    static = StaticFiles(directory=Path(__file__).with_name("static"))
    return [
        Route("/", console.home),
        Route("/new", console.fresh),
        Route("/login", console.enter),
        Route("/ping", console.ping),
        Route("/side", console.side),
        Route("/events", console.events),
        Route("/c/{name}", console.conversation),
        Route("/c/{name}/messages", console.say, methods=["POST"]),
        Route("/c/{name}/messages/{message}", console.edit, methods=["POST"]),
        Route("/c/{name}/typing", console.begins, methods=["POST"]),
        Route("/c/{name}/complete", console.complete),
        Route("/c/{name}/files/{id}", console.file),
        Mount("/static", static),
    ]


def _limit(request: Request) -> int:
    wanted = request.query_params.get("show", "")
    if not (wanted.isascii() and wanted.isdigit()):
        return _AT_FIRST
    return min(int(wanted), _AT_MOST) if len(wanted) <= _DIGITS else _AT_MOST
