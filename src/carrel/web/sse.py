"""Server-sent events: one JSON value each, so that a line break in it breaks nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

from carrel.platforms.console import Item, Subscription

PING = b": still here\n\n"
PING_SECONDS = 15.0


def event(kind: str, data: Any) -> bytes:
    """One event on the wire."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {body}\n\n".encode()


def stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """A response that lasts as long as `events` do, and that nothing on the way keeps back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def heard(subscription: Subscription) -> AsyncIterator[Item | None]:
    """What comes in; None after each 15 quiet seconds, so that a dead line is noticed."""
    while True:
        try:
            async with asyncio.timeout(PING_SECONDS):
                item = await subscription.next()
        except TimeoutError:
            yield None
            continue
        if item is None:
            return
        yield item
