"""Discord's events: each goes to the lane of its place, or is answered at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation
from carrel.platforms.discord import reading
from carrel.platforms.discord.atlas import CATEGORY, Atlas, direct
from carrel.platforms.discord.pressing import Presses
from carrel.platforms.discord.reading import Reader
from carrel.platforms.discord.wire import Wire
from carrel.platforms.health import Health
from carrel.platforms.lanes import Lanes
from carrel.ports.platform import Intake, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

_FOREIGN = (
    "Another program speaks with this bot's token: stop it, or reset the token on the Bot page and "
    "give each its own."
)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Hearing:
    """Hears for one connected bot. `missed`: something came that could not be read or kept."""

    atlas: Atlas
    reader: Reader
    lanes: Lanes
    wire: Wire
    intake: Intake
    presses: Presses
    health: Health
    source: str
    tasks: Tasks
    is_ours: Callable[[str], bool]
    refuse: Callable[[Inbound, str], Awaitable[None]]
    joined: Callable[[int], None]
    missed: Callable[[], None]

    def hear(self, name: str, data: Json) -> None:
        """One event. What cannot be read is found in the history again."""
        try:
            self._hear(name, data)
        except Exception:
            log.exception("an event could not be read", name=name)
            if name != "MESSAGE_UPDATE":  # those about previews are not whole, and mean nothing
                self.missed()

    def _hear(self, name: str, data: Json) -> None:
        match name:
            case "MESSAGE_CREATE":
                self._said(data)
            case "MESSAGE_UPDATE" if data.get("edited_timestamp"):
                self._edited(data)
            case "MESSAGE_DELETE":
                self._deleted(data, data["id"])
            case "MESSAGE_DELETE_BULK":
                for one in data["ids"]:
                    self._deleted(data, one)
            case "TYPING_START":
                self._types(data)
            case "INTERACTION_CREATE":
                self._start(self.presses.take(data), "press")
            case "GUILD_CREATE":
                self.atlas.add_server(data)
            case "GUILD_DELETE" if not data.get("unavailable"):
                self._left(int(data["id"]))
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE":
                self.atlas.add_place(data)
            case "THREAD_CREATE" | "THREAD_UPDATE":
                self._thread(data)
            case "THREAD_LIST_SYNC":
                for thread in data["threads"]:
                    self._thread({**thread, "guild_id": data["guild_id"]})
            case "CHANNEL_DELETE" | "THREAD_DELETE":
                self._gone(data)

    # Messages.

    def _said(self, data: Json) -> None:
        channel = int(data["channel_id"])
        place = self.atlas.places.get(channel)
        if place is not None:
            place.newest = max(place.newest, int(data["id"]))
        if int(data["author"]["id"]) == self.atlas.me:
            self._said_by_me(data)
        elif reading.is_speech(data, self.atlas.me):
            self._put(channel, lambda: self._take_in(data))

    def _said_by_me(self, data: Json) -> None:
        """Two gateways on one token answer everything twice."""
        answers_press = data.get("interaction_metadata") or data.get("type") not in reading.SPEECH
        if not answers_press and not self.is_ours(str(data.get("nonce", ""))):
            self.health.complain("foreign", _FOREIGN)

    async def _take_in(self, data: Json) -> None:
        inbound = await self._inbound(data)
        if inbound is None:
            return
        verdict = await self.intake.accept(inbound)
        if verdict.outcome == "refused":
            await self.refuse(inbound, verdict.reason)

    async def _inbound(self, data: Json) -> Inbound | None:
        conversation = await self.conversation(int(data["channel_id"]), data.get("guild_id"))
        return None if conversation is None else self.reader.inbound(data, conversation)

    async def conversation(self, channel: int, server: Any) -> Conversation | None:
        """Where something was said: looked up where the gateway has not told of it yet."""
        if not server:
            return direct(channel)
        place = self.atlas.places.get(channel)
        if place is None:
            try:
                found = await self.wire.channel(str(channel))
            except Refusal as refusal:
                log.info("heard in a place that is not to be seen", reason=str(refusal))
                return None
            place = self.atlas.add_place({**found, "guild_id": server})
        return self.atlas.conversation(place)

    def _edited(self, data: Json) -> None:
        if reading.is_speech(data, self.atlas.me):
            self._put(int(data["channel_id"]), lambda: self._amend(data))

    async def _amend(self, data: Json) -> None:
        inbound = await self._inbound(data)
        if inbound is not None:
            await self.intake.amend(inbound)

    def _deleted(self, data: Json, message: str) -> None:
        async def retract() -> None:
            place = await self.conversation(int(data["channel_id"]), data.get("guild_id"))
            if place is not None:
                await self.intake.retract(self.source, message, place)

        self._put(int(data["channel_id"]), retract)

    def _types(self, data: Json) -> None:
        channel, server = int(data["channel_id"]), int(data.get("guild_id") or 0)
        place = self.atlas.places.get(channel)
        if int(data["user_id"]) == self.atlas.me or (server and place is None):
            return
        where = direct(channel) if place is None else self.atlas.conversation(place)
        member = data.get("member") or {}
        user = member.get("user") or {"id": data["user_id"]}
        self._start(self._expect(where, user, member, server), "typing")

    async def _expect(self, where: Conversation, user: Json, member: Json, server: int) -> None:
        try:
            await self.intake.expect(where, reading.sender(user, member, server))
        except Unavailable:
            return  # a hint, and no more

    # Places.

    def _thread(self, data: Json) -> None:
        """A thread that is awake is joined, so that it is heard; one that sleeps is known."""
        place = self.atlas.add_place(data)
        if not place.archived and self.intake.answers(self.atlas.conversation(place)):
            self.joined(place.id)

    def _gone(self, data: Json) -> None:
        place = self.atlas.drop_place(int(data["id"]))
        if place is None:
            place = self.atlas.add_place(data)
            self.atlas.drop_place(place.id)
        if place.kind != CATEGORY:
            where = self.atlas.conversation(place)
            self._put(place.id, lambda: self.intake.vanish(where))

    def _left(self, server: int) -> None:
        left = self.atlas.drop_server(server)
        name = left.name if left is not None else str(server)
        self.health.complain(
            f"left {server}", f"The bot is no longer on the server {name}; its sessions are kept."
        )

    def _put(self, place: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if not self.lanes.put(place, work):
            self.missed()

    def _start(self, work: Coroutine[Any, Any, None], what: str) -> None:
        self.tasks.start(work, what)
