"""A loopback relay to the model's service, so that no session ever sees the API key.

Sessions call it with tokens of their own; it puts the key in, streams both ways without keeping
anything, and counts. Only what the command line client needs is passed on.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carrel.engines.tasks import start, stop

if TYPE_CHECKING:
    import httpx2
    import uvicorn
    from starlette.types import Receive, Scope, Send

LOOPBACK = "127.0.0.1"
CONNECT_S = 5.0
# Not passed on: the line's own headers, credentials, and what the client library sets itself.
DROPPED = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding "
    b"upgrade host content-length x-api-key authorization".split()
)
PASSED = re.compile(r"/v1/messages(/count_tokens)?|/v1/models(/[\w.:@\[\]-]+)?|/api/hello")
LARGEST = 64 * 1024 * 1024
Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Meter:
    """What one session has used: requests begun, those refused by the service, bytes back."""

    requests: int = 0
    failures: int = 0
    bytes_out: int = 0


class Relay:
    """`start`, then `url` is where admitted tokens are served."""

    def __init__(self, upstream: str, key: str) -> None:
        self._upstream = upstream.rstrip("/")
        self._key = key.encode()
        self._meters: dict[str, Meter] = {}
        self._port = 0
        self._client: httpx2.AsyncClient | None = None
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL for the engines."""
        return f"http://{LOOPBACK}:{self._port}"

    def admit(self, token: str) -> Meter:
        """Serve this token from now on; returns its counters."""
        return self._meters.setdefault(token, Meter())

    def dismiss(self, token: str) -> None:
        """Serve it no longer."""
        self._meters.pop(token, None)

    async def start(self) -> None:
        """Listen on a free loopback port."""
        import httpx2

        limits = httpx2.Timeout(None, connect=CONNECT_S)
        # Head and body are written apart; without this each waits for the other's receipt, 40 ms.
        undelayed = httpx2.AsyncHTTPTransport(
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        )
        self._client = httpx2.AsyncClient(
            timeout=limits, transport=undelayed, follow_redirects=False
        )
        bound = _listening()
        self._port = bound.getsockname()[1]
        from carrel.engines.claude.relay_server import RelayServer

        self._server = RelayServer.quiet(self)
        self._serving = start(self._server.serve([bound]), "relay")

    async def close(self) -> None:
        """Stop listening and drop what is under way. Idempotent."""
        if self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
        serving, self._serving = self._serving, None
        if serving is not None:
            await asyncio.wait({serving}, timeout=2)
            await stop(serving)
        if self._client is not None:
            await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] != "http":
            return
        meter = self._meter(scope["headers"])
        if meter is None:
            await _refuse(send, 401, "authentication_error", "unknown session token")
        elif not PASSED.fullmatch(scope["path"]) or ".." in scope["path"]:
            await _refuse(send, 403, "permission_error", "Carrel does not pass this address on.")
        else:
            meter.requests += 1
            await self._pass_on(scope, receive, send, meter)

    def _meter(self, headers: Iterable[tuple[bytes, bytes]]) -> Meter | None:
        """Every token is compared, each in constant time."""
        given = dict(headers)
        shown = given.get(b"x-api-key") or given.get(b"authorization", b"").removeprefix(b"Bearer ")
        found = None
        for token, meter in self._meters.items():
            if hmac.compare_digest(token.encode(), shown):
                found = meter
        return found

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, meter: Meter) -> None:
        try:
            body = await _whole(receive)
        except _TooLargeError:
            sentence = f"The request is larger than {LARGEST} bytes."
            await _refuse(send, 413, "request_too_large", sentence)
            return
        if body is None:
            return
        work = start(self._fetch(scope, body, send, meter), "relay request")
        gone = start(_until_gone(receive), "relay client")
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        await stop(gone)
        await stop(work)

    async def _fetch(self, scope: Scope, body: bytes, send: Send, meter: Meter) -> None:
        import httpx2

        assert self._client is not None  # noqa: S101 - `start` came first
        url = self._upstream + scope["path"] + _query(scope)
        kept = [pair for pair in scope["headers"] if pair[0].lower() not in DROPPED]
        headers = [*kept, (b"x-api-key", self._key)]
        begun = False
        try:
            async with self._client.stream(
                scope["method"], url, headers=headers, content=body
            ) as answer:
                meter.failures += answer.status_code >= httpx2.codes.BAD_REQUEST
                begun = True
                await _send_head(send, answer.status_code, _kept(answer.headers.raw))
                async for chunk in answer.aiter_raw():
                    meter.bytes_out += len(chunk)
                    await _send_body(send, chunk, more=True)
                await _send_body(send, b"", more=False)
        except httpx2.HTTPError as error:
            meter.failures += 1
            if not begun:
                sentence = f"the model's service cannot be reached ({type(error).__name__})"
                await _refuse(send, 502, "api_error", sentence)


def _listening() -> socket.socket:
    # Only where the protocol is named does asyncio send small writes at once; otherwise a streamed
    # answer would stand still for 40 ms now and then.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, 0))
    bound.listen(512)
    return bound


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name.lower(), value) for name, value in headers if name.lower() not in DROPPED]


def _query(scope: Scope) -> str:
    query = bytes(scope["query_string"]).decode("latin-1")
    return f"?{query}" if query else ""


class _TooLargeError(Exception):
    """The body is over the bound."""


async def _whole(receive: Receive) -> bytes | None:
    """The body; None when the client hung up before its end."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if len(body) > LARGEST:
            raise _TooLargeError
        if not event.get("more_body"):
            return bytes(body)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int, kind: str, sentence: str) -> None:
    body = json.dumps({"type": "error", "error": {"type": kind, "message": sentence}}).encode()
    await _send_head(send, status, [(b"content-type", b"application/json")])
    await _send_body(send, body, more=False)


async def _send_head(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send_body(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
