"""Telegram's updates: each is taken in, or acted on, before the next one of its chat."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import structlog

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.platforms.health import Health
from carrel.platforms.telegram.asking import Asking
from carrel.platforms.telegram.places import Places
from carrel.platforms.telegram.pressing import Presses
from carrel.platforms.telegram.reading import Reader, is_speech
from carrel.platforms.telegram.sending import Shows
from carrel.platforms.telegram.wire import Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

OUT = frozenset({"left", "kicked"})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Hears for one bot that is logged in."""

    reader: Reader
    presses: Presses
    wire: Wire
    intake: Intake
    places: Places
    shows: Shows
    health: Health
    tasks: Tasks

    @classmethod
    def of(
        cls, wire: Wire, token: str, me: Json, intake: Intake, shows: Shows, health: Health,
        clock: Clock, tasks: Tasks,
    ) -> Self:  # fmt: skip
        """Put together. `me`: the bot as getMe tells it."""
        places, asking = shows.places, Asking(token, me)
        presses = Presses(wire, intake, places, asking, clock, tasks)
        reader = Reader(me, places, asking)
        return cls(reader, presses, wire, intake, places, shows, health, tasks)

    @property
    def source(self) -> str:
        """The platform and the account."""
        return self.reader.source

    async def take(self, updates: Sequence[Json]) -> None:
        """One update, or those of an album. Raises Unavailable when it is to be given again."""
        first = updates[0]
        match first:
            case {"message": message} if is_speech(message):
                await self._said([update["message"] for update in updates])
            case {"message": {"chat": {"id": old}, "migrate_to_chat_id": new}}:
                await asyncio.to_thread(self.places.move, int(old), int(new))
            case {"message": {"chat": {"id": new}, "migrate_from_chat_id": old}}:
                await asyncio.to_thread(self.places.move, int(old), int(new))
            case {"edited_message": message} if is_speech(message):
                await self._edited(message)
            case {"callback_query": query}:
                await self.presses.take(query, self.source)
            case {"my_chat_member": change}:
                self._membership(change)

    async def _said(self, messages: Sequence[Json]) -> None:
        inbound = self.reader.inbound(messages)
        if inbound is None:
            return
        verdict = await self.intake.accept(inbound)
        if verdict.outcome == "refused":
            self.tasks.start(self._refuse(inbound, verdict.reason), "refuse")

    async def _edited(self, message: Json) -> None:
        """Of an album only one part is told here: to take it for the whole would lose files."""
        if "media_group_id" in message:
            return
        inbound = self.reader.inbound([message])
        if inbound is not None:
            await self.intake.amend(inbound)

    async def _refuse(self, inbound: Inbound, reason: str) -> None:
        """Tell a sender why their message was not taken; nothing of it is stored."""
        said = inbound.message_id
        body = Notice(reason, "warning", reply_to=said)
        notice = Outbound(f"{said}.refused", inbound.conversation, body)
        try:
            await self.shows.send(self.wire, notice, None, again=False)
        except (Refusal, Unavailable) as error:
            log.info("a refusal could not be told", reason=str(error))

    def _membership(self, change: Json) -> None:
        """The bot was put out of a group, blocked by a person, or let in again."""
        chat, status = change["chat"], change["new_chat_member"]["status"]
        name = str(chat.get("title") or chat.get("username") or chat["id"])
        cause = f"left {chat['id']}"
        if status not in OUT:
            self.health.mended(cause)
        elif chat["type"] == "private":
            log.info("a person has blocked the bot", person=chat["id"])
        else:
            self.health.complain(
                cause, f"The bot is no longer in the group {name}; its sessions are kept."
            )
