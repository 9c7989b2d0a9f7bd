"""The Web API's methods that are used, through slack_sdk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from carrel.core.errors import Unavailable
from carrel.platforms.faults import Unchanged
from carrel.platforms.slack.faults import BadToken, of_request
from carrel.platforms.slack.settings import Slack
from carrel.ports.clock import Clock
from carrel.ports.platform import RetryAfter

Json = Mapping[str, Any]

SILENCE_S = 15.0
"""Seconds without an answer after which a request counts as lost."""

UPLOAD_S = 25.0
PAGE, PAGES = 200, 25
PATIENCE_S = 60.0
"""Seconds that a reading waits altogether where Slack asks for a pause."""

OK = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is shown."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as auth.test tells it. `scopes`: what it may do."""

    user: str
    bot: str
    name: str
    team: str
    team_name: str
    scopes: frozenset[str]


class Wire:
    """The methods by name. `dead` is called when Slack does not know the bot's token any more.

    Slack counts requests by method, and messages by channel: where it asks for a pause, nothing of
    that kind is sent before it is over.
    """

    def __init__(
        self, table: Slack, tokens: tuple[str, str], clock: Clock, dead: Callable[[BadToken], None]
    ) -> None:
        self._bot, self._app = tokens
        self._clock, self._dead = clock, dead
        self.connections = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=SILENCE_S), trust_env=False
        )
        self._client = AsyncWebClient(
            self._bot, base_url=table.address, session=self.connections, retry_handlers=[]
        )
        self._paused: dict[str, float] = {}

    async def close(self) -> None:
        """Hang up."""
        await self.connections.close()

    async def call(
        self, method: str, *, whole: bool = False, lane: str = "", token: str = "", **fields: Any
    ) -> dict[str, Any]:
        """The answer. `whole`: the fields go as JSON, which reading methods do not take.

        `token`: in place of the bot's. `lane`: what is counted apart.

        Raises Refusal, RetryAfter, BadToken or Unavailable.
        """
        kind = f"{method} {lane}"
        left = self._paused.get(kind, 0.0) - self._clock.monotonic()
        if left > 0:
            raise RetryAfter(left)
        self._paused.pop(kind, None)
        given = {key: value for key, value in fields.items() if value is not None}
        try:
            body: dict[str, Any] = {"json": given} if whole else {"data": _form(given)}
            if token:
                body["params"] = {"token": token}
            answer = await self._client.api_call(method, **body)
        except Exception as error:
            meant = of_request(error)
            if isinstance(meant, RetryAfter):
                self._paused[kind] = self._clock.monotonic() + meant.seconds
            if isinstance(meant, BadToken) and not token:
                self._dead(meant)
            raise meant from error
        data = answer.data
        if not isinstance(data, dict):
            raise Unavailable("Slack does not answer as it should.")
        return {**data, "scopes": answer.headers.get("x-oauth-scopes", "")}

    async def read(self, method: str, **fields: Any) -> dict[str, Any]:
        """As `call`, for what can wait: a pause that Slack asks for is kept."""
        patience = PATIENCE_S
        while True:
            try:
                return await self.call(method, **fields)
            except RetryAfter as pause:
                patience -= max(pause.seconds, 1.0)
                if patience < 0:
                    raise
                await self._clock.sleep(pause.seconds)

    async def pages(self, method: str, key: str, **fields: Any) -> list[Json]:
        """All of a list that comes in pages, as far as there are not too many."""
        found: list[Json] = []
        cursor: str | None = None
        for _ in range(PAGES):
            page = await self.read(method, limit=PAGE, cursor=cursor, **fields)
            found += page.get(key, ())
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "") or None
            if cursor is None:
                break
        return found

    async def me(self) -> Me:
        """Who the bot is. Raises BadToken for a token that Slack does not know."""
        found = await self.read("auth.test")
        scopes = frozenset(one.strip() for one in str(found["scopes"]).split(",") if one.strip())
        return Me(
            user=str(found["user_id"]),
            bot=str(found.get("bot_id", "")),
            name=str(found.get("user", "")),
            team=str(found.get("team_id") or found.get("enterprise_id") or ""),
            team_name=str(found.get("team", "")),
            scopes=scopes,
        )

    async def socket_url(self) -> str:
        """Where to listen; good for one connection. Raises BadToken for the app's token."""
        return str((await self.call("apps.connections.open", token=self._app))["url"])

    async def say(self, channel: str, thread: str | None, payload: Json, metadata: Json) -> str:
        """Send a message; its stamp."""
        made = await self.call(
            "chat.postMessage", whole=True, lane=channel, channel=channel, thread_ts=thread,
            metadata=metadata, unfurl_links=False, unfurl_media=False, **payload,
        )  # fmt: skip
        return str(made["ts"])

    async def whisper(self, channel: str, thread: str | None, person: str, payload: Json) -> None:
        """Say it so that one person sees it, until they load Slack anew."""
        await self.call(
            "chat.postEphemeral", whole=True, lane=channel, channel=channel, thread_ts=thread,
            user=person, **payload,
        )  # fmt: skip

    async def edit(self, channel: str, stamp: str, payload: Json, metadata: Json) -> None:
        """Change a message of the bot's own."""
        await self.call(
            "chat.update", whole=True, channel=channel, ts=stamp, metadata=metadata, **payload
        )

    async def delete(self, channel: str, stamp: str) -> None:
        """Take a message away."""
        await self.call("chat.delete", whole=True, channel=channel, ts=stamp)

    async def react(self, channel: str, stamp: str, name: str) -> None:
        """Put a sign on a message; one that is there already is well."""
        try:
            await self.call("reactions.add", channel=channel, timestamp=stamp, name=name)
        except Unchanged:
            return

    async def unreact(self, channel: str, stamp: str, name: str) -> None:
        """Take a sign away. Raises Unknown where there is none."""
        await self.call("reactions.remove", channel=channel, timestamp=stamp, name=name)

    async def said(self, channel: str, thread: str | None, oldest: str) -> list[Json]:
        """What was said after a stamp, with its metadata, the oldest first."""
        method = "conversations.history" if thread is None else "conversations.replies"
        found = await self.pages(
            method, "messages", channel=channel, ts=thread, oldest=oldest,
            include_all_metadata=True,
        )  # fmt: skip
        told = {str(one["ts"]): one for one in found if float(one["ts"]) > float(oldest)}
        return [told[stamp] for stamp in sorted(told, key=float)]

    async def upload(
        self, channel: str, thread: str | None, upload: Upload, comment: str | None
    ) -> str:
        """Send a file; its id."""
        place = await self.call(
            "files.getUploadURLExternal", filename=upload.name, length=len(upload.data)
        )
        await self._put(str(place["upload_url"]), upload)
        file = str(place["file_id"])
        await self.call(
            "files.completeUploadExternal", lane=channel, channel_id=channel, thread_ts=thread,
            initial_comment=comment, files=[{"id": file, "title": upload.name}],
        )  # fmt: skip
        return file

    async def _put(self, url: str, upload: Upload) -> None:
        """The link is good by itself; a file that is not completed is nowhere to be seen."""
        try:
            limit = aiohttp.ClientTimeout(total=UPLOAD_S)
            async with self.connections.post(url, data=upload.data, timeout=limit) as answer:
                if answer.status != OK:
                    raise Unavailable(f"Slack does not take the file: status {answer.status}.")
        except (aiohttp.ClientError, OSError) as error:
            raise of_request(error) from error


def _form(fields: Json) -> dict[str, str]:
    """As a form has it: JSON for what is no word."""
    return {key: _field(value) for key, value in fields.items()}


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return json.dumps(value)
    return str(value)
