"""The control API for the command line: JSON over the gateway's own socket file.

Whoever can open that file owns the home, so there is no cookie and no other check.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from carrel.core.errors import CarrelError, Refused
from carrel.core.messages import Inbound, Outbound
from carrel.platforms.console import ConsolePlatform, Subscription, place
from carrel.ports.platform import Verdict
from carrel.ports.store import SessionInfo, Shown, Store
from carrel.runtime import edits
from carrel.runtime.audit import audit
from carrel.web import refusals
from carrel.web.guard import limited
from carrel.web.login import ConsoleLogin
from carrel.web.posting import body_cap, check_text, fields, post_form, status_of
from carrel.web.shapes import answer, shape
from carrel.web.sse import PING, event, heard, stream
from carrel.web.status import StatusInfo

_MOST = 1000
_DIGITS = 9
"""Python reads no number of thousands of digits, and no database one of twenty."""


@dataclass(frozen=True, slots=True)
class Control:
    """What the control API is made from."""

    hub: ConsolePlatform
    store: Store
    status: Callable[[], StatusInfo]
    login: ConsoleLogin
    address: Callable[[], str]
    stop: Callable[[], None]

    async def show_status(self, _request: Request) -> Response:
        """How the gateway stands."""
        return answer(StatusInfo, self.status())

    async def sessions(self, request: Request) -> Response:
        """`?limit=&offset=`: sessions, most recently used first."""
        infos = await self.store.sessions(_number(request, "limit"), _number(request, "offset", 0))
        return answer(tuple[SessionInfo, ...], infos)

    async def history(self, request: Request) -> Response:
        """`?limit=`: the newest things of a conversation, oldest first."""
        conversation = place(request.path_params["name"])
        shown = await self.store.history(conversation, _number(request, "limit"))
        return answer(tuple[Shown, ...], edits.folded(shown))

    async def say(self, request: Request) -> Response:
        """Take in `{"id", "text"}`, or the pages' form when there are files."""
        name = request.path_params["name"]
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            verdict = await post_form(request, self.hub, name)
        else:
            message, text = await fields(request, {"id": "…", "text": "…"})
            check_text(self.hub, text)
            verdict = await self.hub.post(name, message, text, ())
        status, sentence = status_of(verdict)
        if sentence:
            raise HTTPException(status, sentence)
        return answer(Verdict, verdict, 202 if verdict.outcome == "accepted" else 200)

    async def begins(self, request: Request) -> Response:
        """Somebody begins to write."""
        await self.hub.begins(request.path_params["name"])
        return JSONResponse({}, 202)

    async def events(self, request: Request) -> Response:
        """What the conversation shows from now on: events `ready`, `inbound` and `outbound`."""
        return stream(self._events(place(request.path_params["name"]).channel))

    async def link(self, _request: Request) -> Response:
        """A one-time link; `plain` is for browsers that do not know names under localhost."""
        address, code = self.address(), self.login.mint()
        audit.info("console link made")
        named, _, port = address.rpartition(":")
        plain = f"http://127.0.0.1:{port}" if named else address
        return JSONResponse({"url": _login(address, code), "plain": _login(plain, code)})

    async def end(self, _request: Request) -> Response:
        """Stop the gateway in good order."""
        audit.info("stop asked for")
        self.stop()
        return JSONResponse({"stopping": True}, 202)

    async def refused(self, _request: Request, error: Exception) -> Response:
        """The answer for whatever went wrong."""
        return refusals.json(*refusals.plain(error))

    async def _events(self, name: str) -> AsyncIterator[bytes]:
        try:
            async with self.hub.subscribe(name) as subscription:
                yield event("ready", {"conversation": name})
                async for chunk in self._items(subscription):
                    yield chunk
        except CarrelError as error:
            yield event("trouble", {"error": str(error)})

    async def _items(self, subscription: Subscription) -> AsyncIterator[bytes]:
        async for item in heard(subscription):
            match item:
                case None:
                    yield PING
                case Inbound():
                    yield event("inbound", shape(Inbound).dump_python(item, mode="json"))
                case Outbound():
                    yield event("outbound", shape(Outbound).dump_python(item, mode="json"))


def control_app(
    hub: ConsolePlatform,
    store: Store,
    status: Callable[[], StatusInfo],
    login: ConsoleLogin,
    address: Callable[[], str],
    stop: Callable[[], None],
    more: Iterable[Route],
) -> Starlette:
    """The control API as an ASGI application, to be served on a socket file in the home only.

    `address` is the pages' own (`WebServer.address`); `stop` begins the gateway's good end; `more`
    are the routes of what else the operator can do: about jobs, about messages that failed.
    """
    control = Control(hub, store, status, login, address, stop)
    return Starlette(
        routes=[*_routes(control), *more],
        middleware=[Middleware(_Sized, most=body_cap(hub.caps))],
        exception_handlers={
            CarrelError: control.refused,
            OSError: control.refused,
            HTTPException: control.refused,
            500: control.refused,
        },
    )


class _Sized:
    """Bounds the request's body."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, up to the bound."""
        await self._app(scope, limited(receive, self._most), send)


def _routes(control: Control) -> list[Route]:
    return [
        Route("/status", control.show_status),
        Route("/sessions", control.sessions),
        Route("/conversations/{name}/messages", control.say, methods=["POST"]),
        Route("/conversations/{name}/typing", control.begins, methods=["POST"]),
        Route("/conversations/{name}/events", control.events),
        Route("/conversations/{name}/history", control.history),
        Route("/link", control.link, methods=["POST"]),
        Route("/stop", control.end, methods=["POST"]),
    ]


def _number(request: Request, name: str, default: int = 100) -> int:
    value = request.query_params.get(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise Refused(f"“{name}” must be a whole number.")
    if len(value) > _DIGITS:
        raise Refused(f"“{name}” has too many digits.")
    return min(int(value), _MOST) if name == "limit" else int(value)


def _login(address: str, code: str) -> str:
    return f"{address}/login?code={code}"
