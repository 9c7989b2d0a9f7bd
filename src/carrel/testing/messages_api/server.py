"""The fake Messages API on a loopback socket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, assert_never

from carrel.testing.messages_api import demo as sentences
from carrel.testing.messages_api.choice import Strikes, choose
from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.directives import script_of
from carrel.testing.messages_api.ledger import Ledger, Recorded
from carrel.testing.messages_api.model import Failure, Hang, Json, Reply
from carrel.testing.messages_api.script import Script, remaining
from carrel.testing.messages_api.side_requests import answer_aside
from carrel.testing.messages_api.stream import Heading, events, message
from carrel.testing.messages_api.wire import (
    new_id,
    received,
    send_chunk,
    send_failure,
    send_head,
    send_json,
    until_done_or_gone,
)

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import Receive, Scope, Send

LOOPBACK = "127.0.0.1"
GRACE_S = 1
WRONG_KEY = Failure(401, "authentication_error", "invalid x-api-key")
SSE_ERROR = (
    b"event: error\n"
    b'data: {"type":"error","error":{"type":"overloaded_error","message":"SSEERR"}}\n\n'
)


class FakeMessagesApi:
    """A wire-level stand-in for the Anthropic Messages API.

    `async with FakeMessagesApi() as api: api.url`. port: 0 takes a free one. demo: understand
    plain sentences, stream words 20 ms apart. require_key: answer 401 to every other key or bearer
    token. log: append each request to this file as one JSON line. limit: how many requests
    `requests` keeps. Entering raises OSError if the port is taken; leaving closes every connection
    within about two seconds, hanging ones included.
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
        self._arrival = asyncio.Condition()
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
        """The newest typed text of each message request; retries and tool rounds repeat it."""
        return [request.prompt for request in self._ledger.messages()]

    @property
    def last_prompt(self) -> str:
        """The newest typed text of the latest message request, or nothing."""
        return next(reversed(self.prompts), "")

    async def until_requests(self, count: int) -> None:
        """Wait until that many requests, of every path, have arrived since the start."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: self._ledger.total >= count)

    async def __aenter__(self) -> Self:
        bound = _bound(self.port)
        self.port = bound.getsockname()[1]
        self._closing = asyncio.Event()
        self._arrival = asyncio.Condition()
        self._server = _guest_server(self)
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
        if scope["type"] != "http":
            return
        recorded = await received(scope, receive)
        self._ledger.add(recorded)
        async with self._arrival:
            self._arrival.notify_all()
        await until_done_or_gone(self._answer(recorded, send), receive, self._closing)

    async def _answer(self, request: Recorded, send: Send) -> None:
        known = self.require_key is None or request.key == self.require_key
        match request.method, request.path:
            case "GET" | "HEAD", "/api/hello":
                await send_json(send, 200, {"message": "hello"})
            case _ if not known:
                await send_failure(send, WRONG_KEY)
            case "POST", "/v1/messages":
                await self._answer_message(request, send)
            case "POST", "/v1/messages/count_tokens":
                await send_json(send, 200, {"input_tokens": _estimate(request.body)})
            case _, path:
                await send_failure(send, Failure(404, "not_found_error", f"no {path} here"))

    async def _answer_message(self, request: Recorded, send: Send) -> None:
        conversation = request.conversation
        match self._choose(request, conversation):
            case Failure() as failure:
                await send_failure(send, failure)
            case Hang():
                await self._closing.wait()
            case Reply() as reply if conversation.streamed:
                await self._stream(send, reply, _heading(request))
            case Reply() as reply:
                await send_json(send, 200, message(reply, _heading(request)))
            case other:
                assert_never(other)

    def _choose(self, request: Recorded, conversation: Conversation) -> Failure | Hang | Reply:
        aside = answer_aside(request.body, conversation)
        if aside:
            return aside
        steps = remaining(self._script(conversation), conversation)
        return choose(steps, conversation, self._strikes, request.session)

    def _script(self, conversation: Conversation) -> Script:
        return sentences.script(conversation) if self.demo else script_of(conversation)

    async def _stream(self, send: Send, reply: Reply, heading: Heading) -> None:
        await send_head(
            send, 200, [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
        )
        for event in events(reply, heading):
            if event.wait_ms:
                await asyncio.sleep(event.wait_ms / 1000)
            await send_chunk(send, event.encode())
        if reply.ending == "stall":
            await self._closing.wait()
        if reply.ending == "error":
            await send_chunk(send, SSE_ERROR)
        # Without the last chunk the server drops the connection, which is what "cut" asks for.
        if reply.ending in ("complete", "error"):
            await send_chunk(send, b"", last=True)


def _estimate(body: Json) -> int:
    return 1 + len(json.dumps(body)) // 4


def _heading(request: Recorded) -> Heading:
    model = str(request.body.get("model", ""))
    return Heading(new_id("msg"), model, _estimate(request.body), partial(new_id, "toolu"))


def _guest_server(app: FakeMessagesApi) -> uvicorn.Server:
    from carrel.testing.messages_api.uvicorn_server import GuestServer

    return GuestServer.quiet(app, GRACE_S)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio sends each event at once instead of after 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    bound.listen(512)
    return bound
