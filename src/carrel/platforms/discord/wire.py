"""The REST routes that are used, through discord.py's rate limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from discord.http import HTTPClient, Route

from carrel.core.errors import Unavailable
from carrel.platforms.discord.faults import of_request
from carrel.tasks import Tasks

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Payload = Mapping[str, Any]

CHANNEL = "/channels/{channel_id}"
MESSAGES = CHANNEL + "/messages"
MESSAGE = MESSAGES + "/{message_id}"
REACTION = MESSAGE + "/reactions/{emoji}/@me"
CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes along with a message."""

    name: str
    data: bytes


class Wire:
    """Requests of one connected bot.

    A request that was begun is carried through though whoever asked goes away: cut off in a pause
    that Discord asked for, discord.py would let nothing through any more.
    """

    def __init__(self, http: HTTPClient, tasks: Tasks) -> None:
        self._http, self._tasks = http, tasks

    async def call(
        self,
        method: Method,
        path: str,
        ids: Mapping[str, str | int],
        body: Payload | Sequence[Payload] | None = None,
        uploads: Sequence[Upload] = (),
        query: Mapping[str, str | int] | None = None,
    ) -> Any:
        """The JSON answer; `ids` fill the path. Raises Refusal, RetryAfter or Unavailable."""
        named: dict[str, Any] = dict(ids)
        route = Route(method, path, **named)
        options: dict[str, Any] = {"params": query} if query else {}
        if uploads:
            options["form"] = _form(body, uploads)
        elif body is not None:
            options["json"] = body
        request = self._tasks.start(self._outcome(route, options), path)
        try:
            outcome = await asyncio.shield(request)
        except asyncio.CancelledError:
            if request.cancelled():
                raise Unavailable("The connection to Discord was ended.") from None
            raise
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _outcome(self, route: Route, options: dict[str, Any]) -> Any:
        """The answer, or the error as a value: nobody may be left who waits for it."""
        try:
            return await self._http.request(route, **options)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            translated = of_request(error)
            translated.__cause__ = error
            return translated

    # The routes by name.

    async def post(self, channel: str, body: Payload, uploads: Sequence[Upload] = ()) -> str:
        """Post a message; its id."""
        made = await self.call("POST", MESSAGES, {"channel_id": channel}, body, uploads)
        return str(made["id"])

    async def edit(self, channel: str, message: str, body: Payload) -> None:
        """Change a message of the bot's own."""
        await self.call("PATCH", MESSAGE, _message(channel, message), body)

    async def delete(self, channel: str, message: str) -> None:
        """Take a message away."""
        await self.call("DELETE", MESSAGE, _message(channel, message))

    async def message(self, channel: str, message: str) -> Payload:
        """One message."""
        return cast("Payload", await self.call("GET", MESSAGE, _message(channel, message)))

    async def messages(self, channel: str, after: int, limit: int = 100) -> list[Payload]:
        """What was said after a message, the oldest first."""
        query = {"after": after, "limit": limit}
        found = await self.call("GET", MESSAGES, {"channel_id": channel}, query=query)
        return sorted(found, key=lambda one: int(one["id"]))

    async def react(self, channel: str, message: str, emoji: str) -> None:
        """Add a reaction of the bot's own."""
        await self.call("PUT", REACTION, {**_message(channel, message), "emoji": emoji})

    async def unreact(self, channel: str, message: str, emoji: str) -> None:
        """Take a reaction of the bot's own away."""
        await self.call("DELETE", REACTION, {**_message(channel, message), "emoji": emoji})

    async def typing(self, channel: str) -> None:
        """Show for ten seconds that the bot writes."""
        await self.call("POST", f"{CHANNEL}/typing", {"channel_id": channel})

    async def join(self, thread: str) -> None:
        """Become a member of a thread, so that what is said there is heard."""
        await self.call("PUT", f"{CHANNEL}/thread-members/@me", {"channel_id": thread})

    async def thread(self, channel: str, message: str, name: str) -> None:
        """Make a thread on a message; it gets the message's id."""
        path = f"{MESSAGE}/threads"
        await self.call("POST", path, _message(channel, message), {"name": name})

    async def channel(self, channel: str) -> Payload:
        """One channel or thread."""
        return cast("Payload", await self.call("GET", CHANNEL, {"channel_id": channel}))

    async def member(self, server: str, user: str) -> Payload:
        """One member of a server."""
        ids = {"guild_id": server, "user_id": user}
        return cast("Payload", await self.call("GET", "/guilds/{guild_id}/members/{user_id}", ids))

    async def answer(self, interaction: str, token: str, body: Payload) -> None:
        """Answer an interaction: the first word, within 3 s."""
        await self.call("POST", CALLBACK, _interaction(interaction, token), body)

    async def finish(self, application: int, token: str, body: Payload) -> None:
        """Change the first answer to an interaction."""
        await self.call("PATCH", ORIGINAL, _interaction(application, token), body)


def _message(channel: str, message: str) -> dict[str, str | int]:
    return {"channel_id": channel, "message_id": message}


def _interaction(number: str | int, token: str) -> dict[str, str | int]:
    """Named as discord.py names them: each token then has rate limits of its own."""
    return {"webhook_id": number, "webhook_token": token}


def _form(body: Payload | Sequence[Payload] | None, uploads: Sequence[Upload]) -> list[Any]:
    names = [{"id": n, "filename": upload.name} for n, upload in enumerate(uploads)]
    payload = {**cast("Payload", body or {}), "attachments": names}
    parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(payload)}]
    for n, upload in enumerate(uploads):
        part = {"name": f"files[{n}]", "value": upload.data, "filename": upload.name}
        parts.append({**part, "content_type": "application/octet-stream"})
    return parts
