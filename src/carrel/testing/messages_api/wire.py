"""Small ASGI moves: whole answers, pieces of a stream, and giving up when the client has gone."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING

from carrel.testing.messages_api.ledger import Recorded
from carrel.testing.messages_api.model import Failure, Json

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


async def received(scope: Scope, receive: Receive) -> Recorded:
    """Read a whole request; a body that is no JSON object counts as an empty one."""
    from starlette.requests import Request

    request = Request(scope, receive)
    return Recorded(
        request.method,
        request.url.path,
        dict(request.headers),
        _decode(await request.body()),
        asyncio.get_running_loop().time(),
    )


def _decode(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


async def until_done_or_gone(
    work: Coroutine[None, None, None], receive: Receive, closing: asyncio.Event
) -> None:
    """Finish `work`, but give it up when the client hangs up or `closing` is set."""
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(work),
            group.create_task(_gone(receive)),
            group.create_task(_set(closing)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


async def _set(event: asyncio.Event) -> None:
    await event.wait()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_head(send: Send, status: int, headers: Iterable[tuple[str, str]]) -> None:
    """Start a response, with a `request-id` of its own."""
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    encoded.append((b"request-id", new_id("req").encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def send_chunk(send: Send, body: bytes, *, last: bool = False) -> None:
    """Send a piece of the body; without a `last` one the server drops the connection."""
    await send({"type": "http.response.body", "body": body, "more_body": not last})


async def send_json(
    send: Send, status: int, body: Json, headers: Iterable[tuple[str, str]] = ()
) -> None:
    """Send a whole JSON response."""
    encoded = json.dumps(body).encode()
    length = str(len(encoded))
    await send_head(
        send, status, [("content-type", "application/json"), ("content-length", length), *headers]
    )
    await send_chunk(send, encoded, last=True)


async def send_failure(send: Send, failure: Failure) -> None:
    """Send an error the way the API words it."""
    error = {"type": failure.kind, "message": failure.message}
    await send_json(send, failure.status, {"type": "error", "error": error}, failure.headers)


def new_id(prefix: str) -> str:
    """An id as the API forms them, new each time."""
    return f"{prefix}_{uuid.uuid4().hex[:24]}"
