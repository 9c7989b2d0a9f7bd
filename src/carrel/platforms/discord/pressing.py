"""Slash commands, buttons, selects and forms: each is a command, answered within three seconds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from carrel.core.command_table import COMMANDS
from carrel.core.commands import find
from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, MessageId
from carrel.platforms.answering import AWAY, SLOW, is_private, told
from carrel.platforms.discord import reading, showing
from carrel.platforms.discord.atlas import Atlas, direct, unix_of
from carrel.platforms.discord.wire import Payload, Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal, Verdict

Json = Mapping[str, Any]

COMMAND, COMPONENT, COMPLETION, FORM = 2, 3, 4, 5
SAY, SAY_LATER, CHANGE_LATER, COMPLETE, ASK = 4, 5, 6, 8, 9
PRIVATE = 1 << 6

PATIENCE = 2.0
"""Seconds that a command may take to be stored before the person is told that it takes longer."""

LABEL = 100
"""Characters of a completion, and of what it stands for."""

TOKEN_LIFE = 14 * 60.0
WAITING = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    application: int
    token: str
    at: float


class Pending:
    """Private answers that are still owed, for as long as Discord takes them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: OrderedDict[MessageId, _Asked] = OrderedDict()

    def add(self, command: MessageId, application: int, token: str) -> None:
        """An answer to `command` is owed to one person only."""
        self._asked[command] = _Asked(application, token, self._clock.monotonic())
        while len(self._asked) > WAITING:
            self._asked.popitem(last=False)

    async def finish(self, wire: Wire, command: MessageId, body: Payload) -> bool:
        """Give the answer; False when it is owed to nobody (any more), and must be said openly."""
        asked = self._asked.get(command)
        if asked is None or self._clock.monotonic() - asked.at > TOKEN_LIFE:
            return False
        try:
            await wire.finish(asked.application, asked.token, body)
        except Refusal as refusal:
            log.info("a private answer came too late", reason=str(refusal))
            given = False
        else:
            given = True
        del self._asked[command]
        return given


class Presses:
    """Takes interactions in, as the commands that they are."""

    def __init__(
        self, atlas: Atlas, wire: Wire, intake: Intake, pending: Pending, source: str
    ) -> None:
        self._atlas, self._wire, self._intake = atlas, wire, intake
        self._pending, self._source = pending, source

    async def take(self, data: Json) -> None:
        """One interaction, to its first answer."""
        custom_id = str(data["data"].get("custom_id", ""))
        if data["type"] == COMPONENT and custom_id.startswith(showing.ASK):
            await self._first(data, ASK, showing.modal(custom_id.removeprefix(showing.ASK)))
        elif data["type"] == COMPLETION:
            await self._first(data, COMPLETE, {"choices": await self._completed(data)})
        elif data["type"] in (COMMAND, COMPONENT, FORM):
            await self._obey(data)

    async def _completed(self, data: Json) -> list[Json]:
        """What may follow where the cursor is; nothing where that is not known in time."""
        options = [one for one in data["data"].get("options", ()) if one.get("focused")]
        if not options:
            return []
        asked, inbound = options[0], self.inbound(data)
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._intake.complete(
                    inbound.conversation,
                    inbound.sender,
                    data["data"]["name"],
                    asked["name"],
                    str(asked["value"]),
                )
        except (TimeoutError, Unavailable, Refused):
            return []
        return [
            {"name": label[:LABEL], "value": value} for label, value in found if len(value) <= LABEL
        ]

    async def _obey(self, data: Json) -> None:
        inbound = self.inbound(data)
        try:
            async with asyncio.timeout(PATIENCE):
                verdict = await self._intake.accept(inbound)
        except TimeoutError:
            await self._told(data, SLOW)
        except Unavailable:
            await self._told(data, AWAY)
        else:
            await self._answer(data, inbound, verdict)

    async def _answer(self, data: Json, inbound: Inbound, verdict: Verdict) -> None:
        if verdict.outcome in ("refused", "ignored"):
            await self._told(data, told(verdict))
        elif data["type"] != COMMAND:
            await self._first(data, CHANGE_LATER, None)
        elif is_private(inbound.text):
            self._pending.add(inbound.message_id, int(data["application_id"]), data["token"])
            await self._first(data, SAY_LATER, {"flags": PRIVATE})
        else:
            await self._told(data, f"✓ `{inbound.text[:100]}`")

    async def _told(self, data: Json, text: str) -> None:
        await self._first(data, SAY, {"content": text, "flags": PRIVATE})

    async def _first(self, data: Json, kind: int, more: Payload | None) -> None:
        """The first answer may be lost: what was pressed is stored, and shows by itself."""
        body = {"type": kind} if more is None else {"type": kind, "data": more}
        try:
            await self._wire.answer(str(data["id"]), data["token"], body)
        except (Refusal, Unavailable) as error:
            log.info("a press was not acknowledged", reason=str(error))

    def inbound(self, data: Json) -> Inbound:
        """The command that an interaction stands for, said where it was pressed."""
        member = data.get("member") or {}
        server = int(data.get("guild_id") or 0)
        return Inbound(
            source=self._source,
            id=str(data["id"]),
            conversation=self._place(data, server),
            sender=reading.sender(member.get("user") or data["user"], member, server),
            text=_text(data),
            addressed=True,
            at=unix_of(data["id"]),
        )

    def _place(self, data: Json, server: int) -> Conversation:
        channel = int(data["channel_id"])
        if not server:
            return direct(channel)
        known = self._atlas.places.get(channel)
        place = known or self._atlas.add_place({**data["channel"], "guild_id": server})
        return self._atlas.conversation(place)


def _text(data: Json) -> str:
    """What was pressed or typed, as it would be typed."""
    given = data["data"]
    match data["type"]:
        case kind if kind in {COMMAND, COMPLETION}:
            return _typed(f"/{given['name']}", given.get("options", ()))
        case kind if kind == FORM:
            fields = (field for row in given["components"] for field in row["components"])
            words = [" ".join(str(field.get("value", "")).split()) for field in fields]
            return " ".join([given["custom_id"], *words]).strip()
        case _:
            return str((given.get("values") or [given["custom_id"]])[0])


def _typed(name: str, options: Iterable[Json]) -> str:
    """In the order of the table: Discord may send them in another."""
    call = find(name)
    words = {option["name"]: str(option["value"]) for option in options}
    known = [one.name for one in call.command.arguments] if call is not None else []
    return " ".join([name, *(words[one] for one in known if one in words)])


def table() -> list[dict[str, Any]]:
    """The table of commands as Discord registers it."""
    return [
        {
            "type": 1,
            "name": command.name,
            "description": command.help[:100],
            "options": [
                {
                    "type": 3,
                    "name": argument.name,
                    "description": argument.help[:100],
                    "required": argument.required,
                    "choices": [{"name": word, "value": word} for word in argument.options],
                    **({"autocomplete": True} if argument.completed else {}),
                }
                for argument in command.arguments
            ],
        }
        for command in COMMANDS
        if command.listed
    ]
