"""One connection of Socket Mode: what comes over it, and its acknowledgement."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from carrel.core.errors import Unavailable
from carrel.platforms.slack.wire import Wire

Json = Mapping[str, Any]

HEARTBEAT_S = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What Slack wants to be acknowledged; until then it comes again, if it is an event.

    `ack` may carry an answer to what is no event.
    """

    id: str
    kind: str
    payload: Json
    ack: Callable[[Json | None], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Connection:
    """Who is told what happens on one connection. `hello`: how many listen with the app's token.

    What `take` raises ends the connection.
    """

    hello: Callable[[int], None]
    take: Callable[[Envelope], None]

    async def run(self, wire: Wire, url: str) -> str:
        """Listen until the connection ends; why Slack ends it, or nothing where it just broke."""
        try:
            async with wire.connections.ws_connect(
                url, heartbeat=HEARTBEAT_S, timeout=aiohttp.ClientWSTimeout(ws_close=2.0)
            ) as socket:
                return await self._listen(socket)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unavailable(f"Slack cannot be listened to: {type(error).__name__}.") from error

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            match _read(message.data):
                case {"type": "hello"} as data:
                    self.hello(int(data.get("num_connections") or 1))
                case {"type": "disconnect"} as data:
                    return str(data.get("reason") or "refresh_requested")
                case {"envelope_id": str(name), "type": str(kind), "payload": dict(payload)}:
                    self.take(Envelope(name, kind, payload, _acknowledging(socket, name)))
                case data:
                    log.info("not known yet", kind=str(data.get("type", "")))
        return ""


def _acknowledging(
    socket: aiohttp.ClientWebSocketResponse, name: str
) -> Callable[[Json | None], Awaitable[None]]:
    async def ack(answer: Json | None) -> None:
        """On the connection on which it came; if that is gone, it comes once more."""
        told: dict[str, Any] = {"envelope_id": name}
        if answer is not None:
            told["payload"] = answer
        try:
            await socket.send_str(json.dumps(told))
        except (aiohttp.ClientError, OSError) as error:
            log.info("not acknowledged", envelope=name, reason=type(error).__name__)

    return ack


def _read(text: str) -> Json:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
