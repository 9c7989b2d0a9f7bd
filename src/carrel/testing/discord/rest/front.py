"""The REST door: faults, the token, the limits, the route, and faults again."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from carrel.testing.discord.faults import Faults, RestFault
from carrel.testing.discord.gateway.socket import reset
from carrel.testing.discord.limits import Limiter
from carrel.testing.discord.model import Application, Upload
from carrel.testing.discord.problems import ApiError
from carrel.testing.discord.rest import (
    commands,
    gateway,
    interactions,
    messages,
    places,
    reactions,
    threads,
    webhooks,
)
from carrel.testing.discord.rest.body import read_body
from carrel.testing.discord.rest.call import Answer, Call, Route
from carrel.testing.discord.rest.cdn import serve_file
from carrel.testing.discord.world import World

BASE = "/api/v10"
PLACES = ("channel", "guild", "webhook", "interaction")
ROUTES: tuple[Route, ...] = (
    *gateway.ROUTES,
    *places.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
    *threads.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
)


class Front:
    """Answers every REST request."""

    def __init__(self, world: World, faults: Faults, limiter: Limiter) -> None:
        self._world = world
        self._faults = faults
        self._limiter = limiter

    def mount(self, app: web.Application) -> None:
        """Put every route into an aiohttp application."""
        for route in ROUTES:
            app.router.add_route(route.method, BASE + route.template, self._door(route))
        app.router.add_route("*", "/api/{tail:.*}", self._nowhere)
        app.router.add_get("/cdn/attachments/{channel}/{file}/{name}", self.file)

    def _door(self, route: Route) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return answer

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Answer a download; a fault after commit sends half of the file."""
        path = request.path
        hit = await self._hit(self._faults.strike("GET", path, after_commit=False), request, None)
        if hit is not None:
            return hit
        answer = serve_file(self._world, request)
        after = self._faults.strike("GET", path, after_commit=True)
        return answer if after is None else await _cut(request, answer)

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        missing = ApiError.not_found()
        self._note(request, missing.status, missing.status, None, missing.body)
        return _sent(Answer(missing.status, missing.body))

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(BASE)
        body, refused = None, None
        uploads: Mapping[str, Upload] = {}
        try:
            body, uploads = await read_body(request)
        except ApiError as error:
            refused = Answer(error.status, error.body)
        before = self._faults.strike(route.method, path, after_commit=False)
        hit = await self._hit(before, request, body)
        if hit is not None:
            return hit
        call = self._call(route, request, body, uploads)
        reached = refused or await self._reach(route, call)
        after = self._faults.strike(route.method, path, after_commit=True)
        hit = await self._hit(after, request, body, reached.status)
        if hit is not None:
            return hit
        self._note(request, reached.status, reached.status, body, reached.body, route)
        sent = _sent(reached)
        return await _cut(request, sent) if after is not None and after.cut else sent

    def _call(
        self, route: Route, request: web.Request, body: Any, uploads: Mapping[str, Upload]
    ) -> Call:
        parts = dict(request.match_info)
        caller = self._caller(request)
        return Call(
            self._world,
            route.method,
            route.template,
            parts,
            dict(request.query),
            body,
            uploads,
            caller,
        )

    def _caller(self, request: web.Request) -> Application | None:
        token = request.headers.get("Authorization", "").removeprefix("Bot ")
        return self._world.applications.get(token)

    async def _reach(self, route: Route, call: Call) -> Answer:
        if call.caller is None and not route.public:
            refusal = ApiError.unauthorized()
            return Answer(refusal.status, refusal.body)
        place = next((call.path[name] for name in PLACES if name in call.path), "")
        who = call.caller.id if call.caller else "nobody"
        exempt = route.template.startswith(("/interactions", "/webhooks"))
        verdict = self._limiter.judge(f"{route.method} {route.template}", place, who, exempt=exempt)
        if verdict.retry_after:
            return Answer(429, verdict.body, verdict.headers)
        answer = await _answered(route, call)
        return Answer(answer.status, answer.body, {**verdict.headers, **answer.headers})

    async def _hit(
        self, fault: RestFault | None, request: web.Request, body: Any, reached: int | None = None
    ) -> web.StreamResponse | None:
        if fault is None:
            return None
        if fault.wait:
            await asyncio.sleep(fault.wait)
        if fault.gate:
            await fault.gate.wait()
        if fault.drop:
            self._note(request, None, reached, body, None)
            reset(request)
            return web.Response(status=499)
        if fault.status is None:
            return None
        self._note(request, fault.status, reached, body, fault.body)
        if fault.body is None:
            page = "<html>upstream error</html>"
            return web.Response(status=fault.status, text=page, content_type="text/html")
        return _sent(Answer(fault.status, fault.body, fault.headers))

    def _note(
        self,
        request: web.Request,
        status: int | None,
        reached: int | None,
        body: Any,
        answer: Any,
        route: Route | None = None,
    ) -> None:
        self._world.ledger.add(
            "request",
            method=request.method,
            path=request.path.removeprefix(BASE),
            query=dict(request.query),
            route=route.template if route else None,
            status=status,
            reached=reached,
            body=body,
            answer=answer,
        )


async def _cut(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Half of an answer, and a reset; of one without a body nothing."""
    data = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers=whole.headers)
    if data:
        half.content_length = len(data)
        await half.prepare(request)
        await half.write(data[: len(data) // 2])
    reset(request)
    return half


async def _answered(route: Route, call: Call) -> Answer:
    try:
        answer = route.answer(call)
        return await answer if inspect.isawaitable(answer) else answer
    except ApiError as error:
        return Answer(error.status, error.body)


def _sent(answer: Answer) -> web.Response:
    # Libraries compare the type exactly, so that no charset may follow it.
    headers = {**answer.headers, "Via": "1.1 google"}
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    body = json.dumps(answer.body).encode()
    headers["Content-Type"] = "application/json"
    return web.Response(status=answer.status, body=body, headers=headers)
