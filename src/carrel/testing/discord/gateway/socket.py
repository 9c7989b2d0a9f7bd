"""One WebSocket of a client: hello, identify or resume, heartbeats, requests."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import deque
from contextlib import suppress

from aiohttp import WSMsgType, web

from carrel.testing.discord.gateway.attached import Attached
from carrel.testing.discord.gateway.compression import Codec, ZlibPayload, codec
from carrel.testing.discord.gateway.faults import Order
from carrel.testing.discord.gateway.hub import Hub
from carrel.testing.discord.gateway.intents import KNOWN, PRIVILEGED
from carrel.testing.discord.gateway.members import chunk
from carrel.testing.discord.model import Json

MOST_COMMANDS, PER_S = 120, 60.0
LINGER_NOT = struct.pack("ii", 1, 0)


class Closing(Exception):
    """The connection must end with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Socket:
    """A client's connection. heartbeat: seconds between its heartbeats. url: where to resume."""

    def __init__(self, hub: Hub, request: web.Request, *, heartbeat: float, url: str) -> None:
        self._hub = hub
        self._request = request
        self._heartbeat = heartbeat
        self._url = url
        self._codec: Codec = codec(request.query.get("compress"))
        self._ws = web.WebSocketResponse(compress=False, timeout=1.0, max_msg_size=16 * 1024)
        self._leaving: asyncio.Queue[str | int | None] = asyncio.Queue()
        self._client: Attached | None = None
        self._taken: deque[float] = deque(maxlen=MOST_COMMANDS + 1)

    async def run(self) -> web.WebSocketResponse:
        """Serve until either side ends it."""
        await self._ws.prepare(self._request)
        self._hub.orders.add(self._obey)
        interval = int(self._heartbeat * 1000)
        self._send({"op": 10, "d": {"heartbeat_interval": interval, "_trace": []}})
        try:
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write())
                await self._read()
                writing.cancel()
        finally:
            self._hub.orders.discard(self._obey)
            self._let_go()
        return self._ws

    def _let_go(self) -> None:
        if self._client and self._client.send == self._leaving.put_nowait:
            self._client.send = self._client.close = None

    def _obey(self, order: Order) -> None:
        match order.do:
            case "close":
                self._leaving.put_nowait(order.code)
            case "reset":
                reset(self._request)
            case "send":
                self._send(order.frame or {})

    def _send(self, frame: Json) -> None:
        self._leaving.put_nowait(json.dumps(frame))

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                leaving = await self._leaving.get()
                if isinstance(leaving, int):
                    self._hub.world.ledger.add("gateway", did="close", code=leaving)
                    await self._ws.close(code=leaving)
                    return
                match self._codec.encode(leaving or ""):
                    case str() as text:
                        await self._ws.send_str(text)
                    case data:
                        await self._ws.send_bytes(data)

    async def _read(self) -> None:
        async for message in self._ws:
            try:
                self._take(_parsed(message))
            except Closing as closing:
                self._leaving.put_nowait(closing.code)

    def _count(self) -> None:
        now = self._hub.world.now()
        self._taken.append(now)
        full = len(self._taken) == self._taken.maxlen
        if full and now - self._taken[0] < PER_S:
            raise Closing(4008)

    def _take(self, frame: Json) -> None:
        if frame.get("op") != 1:
            self._count()
        data = frame.get("d") or {}
        match frame.get("op"):
            case 1:
                self._beat(frame.get("d"))
            case 2:
                self._identify(data)
            case 6:
                self._resume(data)
            case 3 | 4 | 8 | 31 if self._client is None:
                raise Closing(4003)
            case 3 | 4 | 31:
                return
            case 8:
                self._members(data)
            case _:
                raise Closing(4001)

    def _beat(self, sequence: object) -> None:
        if self._client and isinstance(sequence, int):
            self._client.beat(sequence)
        if not self._hub.faults.acks_muted:
            self._send({"op": 11, "d": None})

    def _identify(self, data: Json) -> None:
        if self._client is not None:
            raise Closing(4005)
        if self._request.query.get("v", "10") != "10":
            raise Closing(4012)
        application = self._hub.world.applications.get(_bare(data.get("token", "")))
        if application is None:
            raise Closing(4004)
        intents, (shard, shards) = int(data.get("intents", 0)), data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            raise Closing(4010)
        if intents & ~KNOWN:
            raise Closing(4013)
        if intents & PRIVILEGED & ~application.privileged:
            raise Closing(4014)
        if data.get("compress") and "compress" not in self._request.query:
            self._codec = ZlibPayload()
        client = self._hub.attach(application, intents, shard, shards)
        self._hub.world.ledger.add("gateway", did="identify", bot=application.name, id=client.id)
        self._hold(client)
        self._hub.greet(client, self._url)

    def _hold(self, client: Attached) -> None:
        if client.close:
            client.close(4000)
        self._client = client
        client.send = client.close = self._leaving.put_nowait

    def _resume(self, data: Json) -> None:
        client = self._hub.known.get(data.get("session_id", ""))
        sequence = int(data.get("seq") or 0)
        token = _bare(data.get("token", ""))
        if client is None or client.application.token != token or not client.can_resume(sequence):
            self._hub.world.ledger.add("gateway", did="resume refused")
            self._send({"op": 9, "d": False})
            return
        self._hub.world.ledger.add("gateway", did="resume", id=client.id, after=sequence)
        self._hold(client)
        for frame in client.after(sequence):
            self._leaving.put_nowait(frame)
        self._hub.resumed(client)

    def _members(self, data: Json) -> None:
        if self._client:
            self._client.push("GUILD_MEMBERS_CHUNK", chunk(self._hub.world, data))


def _bare(token: str) -> str:
    return token.removeprefix("Bot ")


def _parsed(message: object) -> Json:
    kind, data = getattr(message, "type", None), getattr(message, "data", None)
    if kind not in (WSMsgType.TEXT, WSMsgType.BINARY) or data is None:
        raise Closing(4002)
    try:
        frame = json.loads(data)
    except ValueError:
        raise Closing(4002) from None
    if not isinstance(frame, dict):
        raise Closing(4002)
    return frame


def reset(request: web.Request) -> None:
    """Reset a request's TCP connection, as a broken network does."""
    transport = request.transport
    if transport is None:
        return
    wire: socket.socket = transport.get_extra_info("socket")
    with suppress(OSError):
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()
