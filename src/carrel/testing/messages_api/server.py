"""The fake Messages API on a loopback socket."""

from __future__ import annotations

import asyncio
import json
import socket
import uuid
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, assert_never

from carrel.testing.messages_api import demo
from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.directives import Script, remaining, script_of
from carrel.testing.messages_api.ledger import Ledger, Recorded, Strikes
from carrel.testing.messages_api.model import Break, Ending, Failure, Hang, Json, Reply, Step
from carrel.testing.messages_api.side_requests import answer_aside
from carrel.testing.messages_api.stream import Heading, events, message

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import Receive, Scope, Send

LOOPBACK = "127.0.0.1"
GRACE_S = 1
SSE_ERROR = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"SSEERR"}}\n\n'


class FakeMessagesApi:
    """A wire-level stand-in for the Anthropic Messages API: `async with FakeMessagesApi() as api: api.url`.

    port: 0 takes a free one. demo: understand plain sentences, stream words 20 ms apart. require_key: answer 401 to
    every other key or bearer token. log: append each request to this file as one JSON line. limit: how many requests
    `requests` keeps. Entering raises OSError if the port is taken; leaving closes every connection within about
    two seconds, hanging ones included.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        demo: bool = False,
        require_key: str | None = None,
        log: Path | None = None,
        limit: int = 1000,
    ) -> None:
        self.port = port
        self.demo = demo
        self.require_key = require_key
        self._ledger = Ledger(limit, log)
        self._strikes = Strikes()
        self._closing = asyncio.Event()
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL, for `ANTHROPIC_BASE_URL`."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def requests(self) -> deque[Recorded]:
        """The latest requests, oldest first, of every path."""
        return self._ledger.requests

    @property
    def prompts(self) -> list[str]:
        """The newest typed text of each message request, oldest first; retries and tool rounds repeat it."""
        return [request.prompt for request in self._ledger.messages()]

    @property
    def last_prompt(self) -> str:
        """The newest typed text of the latest message request, or nothing."""
        return next(reversed(self.prompts), "")

    async def __aenter__(self) -> Self:
        bound = socket.create_server((LOOPBACK, self.port), backlog=512)
        self.port = bound.getsockname()[1]
        self._closing = asyncio.Event()
        self._server = _quiet_server(self)
        # Not a TaskGroup: a pytest fixture may leave in another task than the one that entered.
        self._serving = asyncio.get_running_loop().create_task(self._server.serve([bound]))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._server or not self._serving:
            return
        self._closing.set()
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        from starlette.requests import Request  # noqa: PLC0415 - heavy

        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        recorded = Recorded(
            request.method,
            request.url.path,
            dict(request.headers),
            _decode(await request.body()),
            asyncio.get_running_loop().time(),
        )
        self._ledger.add(recorded)
        work = asyncio.ensure_future(self._answer(recorded, send))
        await _until_done_or_gone(work, receive, self._closing)

    async def _answer(self, request: Recorded, send: Send) -> None:
        if request.path == "/api/hello":
            return await _send_json(send, 200, {"message": "hello"})
        if self.require_key is not None and request.key != self.require_key:
            return await _send_failure(
                send, Failure(401, "authentication_error", "invalid x-api-key")
            )
        match request.method, request.path:
            case "POST", "/v1/messages":
                await self._answer_message(request, send)
            case "POST", "/v1/messages/count_tokens":
                await _send_json(send, 200, {"input_tokens": _estimate(request.body)})
            case _:
                await _send_failure(
                    send, Failure(404, "not_found_error", f"no {request.path} here")
                )

    async def _answer_message(self, request: Recorded, send: Send) -> None:
        conversation = request.conversation
        match self._choose(request, conversation):
            case Failure() as failure:
                await _send_failure(send, failure)
            case Hang():
                await self._closing.wait()
            case Reply() as reply:
                heading = Heading(
                    _new_id("msg"),
                    conversation.model,
                    _estimate(request.body),
                    lambda: _new_id("toolu"),
                )
                if conversation.streamed:
                    await self._stream(send, reply, heading)
                else:
                    await _send_json(send, 200, message(reply, heading))
            case other:
                assert_never(other)

    def _choose(self, request: Recorded, conversation: Conversation) -> Failure | Hang | Reply:
        aside = answer_aside(request.body, conversation)
        if aside:
            return aside
        steps = remaining(self._script(conversation), conversation)
        return choose(steps, conversation, self._strikes, request.session)

    def _script(self, conversation: Conversation) -> Script:
        return demo.script(conversation) if self.demo else script_of(conversation)

    async def _stream(self, send: Send, reply: Reply, heading: Heading) -> None:
        await _send_head(
            send, 200, [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
        )
        for event in events(reply, heading):
            if event.wait_ms:
                await asyncio.sleep(event.wait_ms / 1000)
            await _send_chunk(send, event.encode())
        match reply.ending:
            case "complete":
                await _send_chunk(send, b"", last=True)
            case "error":
                await _send_chunk(send, SSE_ERROR)
                await _send_chunk(send, b"", last=True)
            case "stall":
                await self._closing.wait()
            case "cut":
                """Returning without the last chunk makes the server drop the connection."""
            case other:
                assert_never(other)


def choose(
    steps: Iterable[Step], conversation: Conversation, strikes: Strikes, session: str
) -> Failure | Hang | Reply:
    """Take the first step that still counts: faults that have struck often enough are passed over."""
    ending: Ending = "complete"
    for place, step in enumerate(steps):
        where = (session, len(conversation.earlier), conversation.prompt, conversation.calls, place)
        match step:
            case Reply():
                return replace(step, ending=ending)
            case Break():
                if conversation.streamed and ending == "complete" and strikes.spend(step, *where):
                    ending = step.ending
            case _ if strikes.spend(step, *where):
                return step
    message = "the steps of an answer end in a reply"
    raise AssertionError(message)


def _quiet_server(app: FakeMessagesApi) -> uvicorn.Server:
    import uvicorn  # noqa: PLC0415 - heavy

    from carrel.testing.messages_api.uvicorn_server import GuestServer  # noqa: PLC0415 - heavy

    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=GRACE_S,
    )
    return GuestServer(config)


async def _until_done_or_gone(
    work: asyncio.Future[None], receive: Receive, closing: asyncio.Event
) -> None:
    """Finish `work`, but give it up when the client hangs up or the server closes."""
    gone = asyncio.ensure_future(_gone(receive))
    shut = asyncio.ensure_future(closing.wait())
    try:
        await asyncio.wait({work, gone, shut}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        for task in (work, gone, shut):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(work, gone, shut, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _decode(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _estimate(body: Json) -> int:
    return 1 + len(json.dumps(body)) // 4


def _new_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:24]}"


async def _send_head(send: Send, status: int, headers: Iterable[tuple[str, str]]) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    encoded.append((b"request-id", _new_id("req").encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def _send_chunk(send: Send, body: bytes, *, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not last})


async def _send_json(
    send: Send, status: int, body: Json, headers: Iterable[tuple[str, str]] = ()
) -> None:
    encoded = json.dumps(body).encode()
    length = str(len(encoded))
    await _send_head(
        send, status, [("content-type", "application/json"), ("content-length", length), *headers]
    )
    await _send_chunk(send, encoded, last=True)


async def _send_failure(send: Send, failure: Failure) -> None:
    error = {"type": failure.kind, "message": failure.message}
    await _send_json(send, failure.status, {"type": "error", "error": error}, failure.headers)
