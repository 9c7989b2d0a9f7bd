"""Socket Mode: envelopes to the connections there are, again until they are acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from carrel.tasks import Tasks
from carrel.testing.slack.ledger import Ledger
from carrel.testing.slack.model import Json

Acked = Callable[[Json | None], None]


@dataclass(slots=True, eq=False)
class Envelope:
    """One thing to be acknowledged. tries: how often it was given."""

    id: str
    kind: str
    payload: Json
    acked: Acked | None = None
    tries: int = 0

    @property
    def again(self) -> bool:
        """Whether Slack gives it again: only events."""
        return self.kind == "events_api"


@dataclass(slots=True)
class Sockets:
    """The connections of the app.

    retries: seconds after which an event is given again, and again; then it is lost, and only the
    history knows of it. Slack's own are a moment, a minute and five.
    """

    ledger: Ledger
    retries: tuple[float, ...] = (0.4, 0.6, 1.0)
    doubled: int = 0
    muted: int = 0
    enabled: bool = True
    others: int = 0
    """Connections of another program."""
    open: list[web.WebSocketResponse] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    waiting: dict[str, Envelope] = field(default_factory=dict)
    """What is not acknowledged; what is taken out of it is not given again."""
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _tasks: Tasks = field(default_factory=lambda: Tasks("fake slack"))

    def ticket(self) -> str:
        """Lets one connection in."""
        name = f"ticket-{next(self._numbers)}"
        self.tickets.add(name)
        return name

    def give(self, kind: str, payload: Json, acked: Acked | None = None) -> bool:
        """Give it to one connection; whether there is one. Events are given again."""
        envelope = Envelope(f"envelope-{next(self._numbers)}", kind, payload, acked)
        self.waiting[envelope.id] = envelope
        there = bool(self.open)
        self._start(self._deliver(envelope))
        if self.doubled and envelope.again:
            self.doubled -= 1
            copy = Envelope(f"envelope-{next(self._numbers)}", kind, payload)
            self.waiting[copy.id] = copy
            self._start(self._deliver(copy))
        return there

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, "envelope")

    async def _deliver(self, envelope: Envelope) -> None:
        for pause in (*self.retries, None):
            await self._send(envelope)
            if pause is None or not envelope.again:
                break
            await asyncio.sleep(pause)
            if envelope.id not in self.waiting:
                return
        if envelope.again:
            await asyncio.sleep(self.retries[-1])
        if envelope.again and envelope.id in self.waiting:
            del self.waiting[envelope.id]
            self.ledger.add("lost", envelope=envelope.id)

    async def _send(self, envelope: Envelope) -> None:
        told = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": not envelope.again,
        }
        if envelope.again:
            told |= {"retry_attempt": envelope.tries, "retry_reason": ""}
        envelope.tries += 1
        if self.muted:
            self.muted -= 1
            if not self.muted:
                self.cut()
            return
        if self.open:
            socket = self.open[envelope.tries % len(self.open)]
            with suppress(ConnectionError, RuntimeError):
                await socket.send_str(json.dumps(told))
                self.ledger.add("given", envelope=envelope.id, kind=envelope.kind)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=404)
        self.tickets.remove(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self.open.append(socket)
        self.ledger.add("socket", did="open", connections=len(self.open))
        hello = {"type": "hello", "num_connections": len(self.open) + self.others}
        await socket.send_str(json.dumps({**hello, "connection_info": {"app_id": "A0CARREL"}}))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(json.loads(message.data))
        finally:
            if socket in self.open:
                self.open.remove(socket)
            self.ledger.add("socket", did="closed", connections=len(self.open))
        return socket

    def _hear(self, told: Json) -> None:
        envelope = self.waiting.pop(str(told.get("envelope_id")), None)
        if envelope is None:
            return
        self.ledger.add("acknowledged", envelope=envelope.id, kind=envelope.kind)
        if envelope.acked is not None:
            envelope.acked(told.get("payload"))

    def cut(self) -> None:
        """Reset every connection."""
        for socket in tuple(self.open):
            self.open.remove(socket)
            transport = socket._req.transport if socket._req else None  # noqa: SLF001 - to reset it
            if transport is not None:
                transport.abort()

    def disconnect(self, reason: str) -> None:
        """Tell every connection that it ends, as Slack does every hour or so."""
        for socket in tuple(self.open):
            self._start(self._say_goodbye(socket, reason))

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        with suppress(ConnectionError, RuntimeError):
            await socket.send_str(json.dumps({"type": "disconnect", "reason": reason}))

    async def garble(self) -> None:
        """Send what nobody can read."""
        for socket in tuple(self.open):
            await socket.send_str("{no json")

    async def close(self) -> None:
        """End everything."""
        await self._tasks.close()
        for socket in tuple(self.open):
            await socket.close()
