"""What stands before the console: names, origins, cookies, sizes, and the headers of every answer.

The gateway listens on loopback only, but any page in the person's browser can reach loopback too.
So the Host must be ours (against DNS rebinding), a change must come from our own page, and
everything but the door itself needs the cookie.
"""

from __future__ import annotations

from jinja2 import Environment
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carrel.web import refusals
from carrel.web.login import ConsoleLogin

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "carrel.localhost"})
_OPEN = ("/login", "/static/", "/healthz", "/readyz", "/metrics")
"""What answers without the cookie; the figures want a key of their own."""
_SAFE = frozenset({"GET", "HEAD"})
_DIGITS = 18
NO_COOKIE = "To open the console, run “carrel status --link” and follow the link it prints."


class Refuse(Exception):
    """The request goes no further."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Guard:
    """ASGI middleware round the console. `body` is the largest request in bytes."""

    def __init__(self, app: ASGIApp, login: ConsoleLogin, env: Environment, body: int) -> None:
        self._app = app
        self._login = login
        self._env = env
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the refusals here; let everything else through."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003})
            return
        with_headers = _adding_headers(send, scope)
        try:
            self._check(scope)
        except Refuse as refuse:
            answer = refusals.page(self._env, Request(scope), refuse.status, str(refuse))
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, limited(receive, self._body), with_headers)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        _check_no_upgrade(headers)
        _check_host(headers.get("host", ""), port_of(scope))
        _check_length(headers, self._body)
        if scope["method"] not in _SAFE:
            _check_origin(headers)
        if not scope["path"].startswith(_OPEN) and not self._is_in(scope):
            raise Refuse(401, NO_COOKIE)

    def _is_in(self, scope: Scope) -> bool:
        cookie = Request(scope).cookies.get(cookie_name(port_of(scope)), "")
        return self._login.knows(cookie)


def port_of(scope: Scope) -> int | None:
    """The port that the request really came in by, whatever its headers say."""
    server = scope.get("server")
    return server[1] if server else None


def cookie_name(port: int | None) -> str:
    """Cookies know no ports, so the name says it: two gateways do not log each other out."""
    return f"carrel-{port}"


def limited(receive: Receive, most: int) -> Receive:
    """`receive`, until the body grows over `most` bytes: then BodyTooLarge."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise refusals.BodyTooLarge("That is more than one message may carry.")
        return message

    return counting


def _check_no_upgrade(headers: Headers) -> None:
    if headers.get("upgrade", "").lower() == "websocket":
        raise Refuse(400, "The console speaks plain HTTP; there is no WebSocket here.")


def _check_host(host: str, port: int | None) -> None:
    name, colon, given = host.lower().rpartition(":")
    if name in HOSTS and colon and given == str(port):
        return
    raise Refuse(
        403,
        f"The console answers at http://127.0.0.1:{port} only; through a tunnel, use the same "
        "port number on both sides.",
    )


def _check_length(headers: Headers, most: int) -> None:
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Refuse(400, "The request has no readable length.")
    if len(length) > _DIGITS or int(length) > most:
        raise Refuse(refusals.TOO_LARGE, "That is more than one message may carry.")


def _check_origin(headers: Headers) -> None:
    same = headers.get("origin") == f"http://{headers.get('host')}"
    if not same or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refuse(403, "This did not come from the console's own page; please reload it.")


def _adding_headers(send: Send, scope: Scope) -> Send:
    caching = "no-cache" if scope["path"].startswith("/static/") else "no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in refusals.HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", caching)
        await send(message)

    return sending
