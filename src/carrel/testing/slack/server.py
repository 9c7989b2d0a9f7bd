"""The fake Slack on a loopback socket: methods, the socket, files and people's acts on one port."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from carrel.testing.loopback import Loopback
from carrel.testing.method_faults import Dropped
from carrel.testing.slack.control import Control
from carrel.testing.slack.faults import Faults
from carrel.testing.slack.ledger import Ledger
from carrel.testing.slack.methods import TAKES_JSON, Methods
from carrel.testing.slack.model import Channel, Json, Message
from carrel.testing.slack.people import Person
from carrel.testing.slack.problems import ApiError
from carrel.testing.slack.world import World

CONNECT = "apps.connections.open"


class FakeSlack(Loopback):
    """A wire-level stand-in for Slack.

    `async with FakeSlack() as slack:` then `slack.url` (the Web API), `slack.bot_token` and
    `slack.app_token` for the app, `slack.person("ada")` and `slack.world` to act as people,
    `slack.faults` to break things, `slack.ledger` to see what happened.

    port: 0 takes a free one. ledger: append it to this file as JSON lines. now: Unix time.
    """

    def __init__(
        self, port: int = 0, *, ledger: Path | None = None, now: Callable[[], float] | None = None
    ) -> None:
        super().__init__(port)
        self.bot_token, self.app_token = "xoxb-fake-bot", "xapp-1-fake-app"
        self.world = World(now, ledger)
        self.faults = Faults(self.world)
        self._methods = Methods(self.world)

    @property
    def url(self) -> str:
        """The Web API's address, Carrel's `base_url`."""
        return f"{self.origin}/api"

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self.world.ledger

    def person(self, name: str, **more: str) -> Person:
        """Somebody who uses Slack."""
        return Person(self.world, self.world.add_user(name, **more))

    def answers(self, channel: Channel, thread: str | None = None) -> list[Message]:
        """What the bot has said in a channel, or a thread of it, oldest first; whispers too."""
        bot = self.world.bot
        both = [*channel.messages.values(), *channel.whispers]
        said = [one for one in both if one.author is bot and one.thread == thread]
        return sorted(said, key=lambda one: float(one.ts))

    def mount(self, app: web.Application) -> None:
        """Methods, the socket, files and people's acts."""
        self.world.origin = self.origin
        app.router.add_post("/api/{method}", self._serve)
        app.router.add_get("/socket", self.world.sockets.serve)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files/{file}/{name}", self._download)
        Control(self.world, self.faults).mount(app)

    async def close(self) -> None:
        """Let nothing go wrong any more, and end whatever waits."""
        self.faults.clear()
        await self.world.sockets.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """One method, with the faults that strike before it and after it."""
        method = request.match_info["method"]
        headers = {"x-oauth-scopes": ",".join(sorted(self.world.scopes))}
        status = 200
        try:
            body: Json = {"ok": True, **await self._done(method, request)}
        except ApiError as error:
            body, status = error.body, error.status
            headers |= error.headers
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            body = ApiError("invalid_arguments", why=repr(error)).body
        except Dropped:
            body, status = {}, 0
        told = "ok" if body.get("ok") else body.get("error", "")
        self.ledger.add("request", method=method, status=status, answer=told)
        if status >= 500:  # noqa: PLR2004 - an HTTP status
            return web.Response(status=status, text="<html>", content_type="text/html")
        return web.json_response(body, status=status or 200, headers=headers)

    async def _done(self, method: str, request: web.Request) -> Json:
        self._let_in(method, request.headers.get("Authorization", ""))
        given = await _fields(method, request)
        await self.faults.strike(method, request, after_commit=False)
        result = self._connect() if method == CONNECT else self._methods.call(method, given)
        await self.faults.strike(method, request, after_commit=True)
        return result

    def _let_in(self, method: str, shown: str) -> None:
        token = shown.removeprefix("Bearer ")
        if not token:
            raise ApiError("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise ApiError("invalid_auth")
        if (token == self.app_token) != (method == CONNECT):
            raise ApiError("not_allowed_token_type")

    def _connect(self) -> Json:
        address = self.origin.replace("http://", "ws://")
        return {"url": f"{address}/socket?ticket={self.world.sockets.ticket()}"}

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None or file.done:
            return web.Response(status=404)
        file.data = await request.read()
        return web.Response(text=f"OK - {len(file.data)}")

    async def _download(self, request: web.Request) -> web.Response:
        """Whoever may not have it is shown a page to log in, with status 200, as Slack does."""
        file = self.world.files.get(request.match_info["file"])
        shown = request.headers.get("Authorization", "")
        if shown != f"Bearer {self.bot_token}" or "files:read" not in self.world.scopes:
            return web.Response(text="<html>log in</html>", content_type="text/html")
        if file is None or file.deleted:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")


async def _fields(method: str, request: web.Request) -> dict[str, Any]:
    """The parameters; JSON is read by some methods only, and within a form where Slack has it."""
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json() if method in TAKES_JSON else {}
        return found
    given: dict[str, Any] = dict(request.query)
    for key, value in (await request.post()).items():
        given[key] = json.loads(str(value)) if key in _JSON else str(value)
    return given


_JSON = frozenset({"blocks", "metadata", "files", "view"})
