"""The fake Bot API on a loopback socket: methods, files and people's acts on one port."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from carrel.testing.loopback import Loopback
from carrel.testing.method_faults import Dropped
from carrel.testing.telegram.control import Control
from carrel.testing.telegram.faults import Faults
from carrel.testing.telegram.ledger import Ledger
from carrel.testing.telegram.methods import Methods, Upload
from carrel.testing.telegram.model import Chat, Json, Message
from carrel.testing.telegram.people import Person
from carrel.testing.telegram.polls import Polls
from carrel.testing.telegram.problems import ApiError, bad
from carrel.testing.telegram.world import World


class FakeTelegram(Loopback):
    """A wire-level stand-in for Telegram's Bot API.

    `async with FakeTelegram() as telegram:` then `telegram.url` and `telegram.token` for the bot,
    `telegram.person("ada")` and `telegram.world` to act as people, `telegram.faults` to break
    things, `telegram.ledger` to see what happened.

    port: 0 takes a free one. ledger: append it to this file as JSON lines. now: Unix time.
    """

    def __init__(
        self, port: int = 0, *, ledger: Path | None = None, now: Callable[[], float] | None = None
    ) -> None:
        super().__init__(port)
        self.world = World(now, ledger)
        self.faults = Faults(self.world)
        self._methods = Methods(self.world)
        self._polls = Polls(self.world)

    @property
    def url(self) -> str:
        """The server's address, Carrel's `base_url`."""
        return self.origin

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.bot.token

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self.world.ledger

    def person(self, name: str) -> Person:
        """Somebody who uses Telegram."""
        return Person(self.world, self.world.add_user(name))

    def answers(self, chat: Chat, topic: int | None = None) -> list[Message]:
        """What the bot has said in a chat, or a topic of it, oldest first."""
        bot = self.world.bot.user
        return [m for m in chat.messages.values() if m.author is bot and m.topic == topic]

    def mount(self, app: web.Application) -> None:
        """Methods, files and people's acts."""
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/f/{file}", self._download)
        Control(self.world, self.faults).mount(app)

    async def close(self) -> None:
        """Let nothing go wrong any more, and end whatever waits."""
        self.faults.clear()
        self._polls.close()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """One method, with the faults that strike before it and after it."""
        method = request.match_info["method"]
        try:
            body: Json = {"ok": True, "result": await self._done(method, request)}
            status = 200
        except ApiError as error:
            body, status = error.body, error.code
        except (KeyError, TypeError, ValueError) as error:
            body, status = bad(f"wrong parameter {error!r}").body, 400
        except Dropped:
            body, status = {}, 0
        self.ledger.add("request", method=method, status=status)
        return web.json_response(body, status=status or 200)

    async def _done(self, method: str, request: web.Request) -> Any:
        if request.match_info["token"] != self.token:
            raise ApiError(401, "Unauthorized")
        given = await _fields(request)
        await self.faults.strike(method, request, after_commit=False)
        result = await self._call(method, given)
        await self.faults.strike(method, request, after_commit=True)
        return result

    async def _call(self, method: str, given: dict[str, Any]) -> Any:
        if method.lower() == "getupdates":
            return await self._polls.get(given)
        return self._methods.call(method, given)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None or request.match_info["token"] != self.token:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")


async def _fields(request: web.Request) -> dict[str, Any]:
    """The parameters, however they came; what is JSON within a form is read."""
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    given: dict[str, Any] = dict(request.query)
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            given[key] = Upload(value.filename, value.file.read())
        else:
            given[key] = _value(str(value)) if key in _JSON else str(value)
    return given


_JSON = frozenset(
    {"reply_markup", "reply_parameters", "link_preview_options", "reaction", "commands",
     "allowed_updates"}
)  # fmt: skip


def _value(text: str) -> Any:
    return json.loads(text)
