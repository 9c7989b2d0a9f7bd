from __future__ import annotations

import asyncio
import json

from carrel.core.messages import Answer, Outbound
from carrel.platforms.console import Subscription, place
from carrel.web import sse


def test_no_line_break_ends_an_event_early() -> None:
    text = "one\n\ntwo\r\nevent: forged\u2028\x85"
    kind, data, *rest = sse.event("show", {"text": text}).decode().split("\n")
    assert kind == "event: show"
    assert json.loads(data.removeprefix("data: ")) == {"text": text}
    assert rest == ["", ""]


async def test_what_comes_is_heard_and_silence_too(monkeypatch) -> None:
    monkeypatch.setattr(sse, "PING_SECONDS", 0)
    subscription = Subscription(4)
    heard = sse.heard(subscription)
    assert await anext(heard) is None
    subscription.put(Outbound("n", place("desk"), Answer("hello")))
    assert (await anext(heard)).nonce == "n"
    subscription.close()
    async with asyncio.timeout(5):
        assert [item async for item in heard] == []


async def test_a_stream_is_not_kept_back() -> None:
    async def nothing():
        return
        yield b""

    response = sse.stream(nothing())
    assert response.media_type == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-store"
