"""Buttons and the menu of commands: each press is a command, and is answered at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from carrel.core.command_table import COMMANDS
from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.platforms.answering import SLOW, told
from carrel.platforms.cards import ASK
from carrel.platforms.telegram import reading
from carrel.platforms.telegram.asking import Asking
from carrel.platforms.telegram.places import Places
from carrel.platforms.telegram.sending import where
from carrel.platforms.telegram.wire import Wire
from carrel.ports.clock import Clock
from carrel.ports.platform import Intake, Refusal
from carrel.tasks import Tasks

Json = Mapping[str, Any]

PATIENCE = 2.0
"""Seconds that a command may take to be stored before the button stops turning all the same."""

ASKED = 200

_ASKED = "Write it as a reply to the bot's question."

log = structlog.get_logger(__name__)


class Presses:
    """Takes presses in, as the commands that they are."""

    def __init__(
        self, wire: Wire, intake: Intake, places: Places, asking: Asking, clock: Clock, tasks: Tasks
    ) -> None:
        self._wire, self._intake, self._places = wire, intake, places
        self._asking, self._clock, self._tasks = asking, clock, tasks
        self._asked: OrderedDict[str, None] = OrderedDict()

    async def take(self, query: Json, source: str) -> None:
        """One press. Raises Unavailable when it is to be given again."""
        message, command = query.get("message"), str(query.get("data") or "")
        if message is None or not command:
            self._tell(query, "")
        elif command.startswith(ASK):
            self._tasks.start(self._ask(query, message, command.removeprefix(ASK)), "ask")
        else:
            inbound = self._inbound(query, message, command, source)
            slow = self._tasks.start(self._say_slow(query), "slow")
            try:
                verdict = await self._intake.accept(inbound)
            finally:
                slow.cancel()
            self._tell(query, told(verdict))

    def _inbound(self, query: Json, message: Json, command: str, source: str) -> Inbound:
        place = self._places.conversation(message)
        return Inbound(
            source=source,
            id=f"press.{query['id']}",
            conversation=place,
            sender=reading.sender(query, place),
            text=command,
            addressed=True,
            at=self._clock.now(),
        )

    async def _ask(self, query: Json, message: Json, command: str) -> None:
        """Ask for the words, once for each button."""
        name = f"{reading.name_of_message(message)} {command}"
        try:
            if name not in self._asked:
                self._asked[name] = None
                while len(self._asked) > ASKED:
                    self._asked.popitem(last=False)
                await self._say_question(message, command)
            await self._wire.pressed(str(query["id"]), _ASKED)
        except (Refusal, Unavailable) as error:
            self._asked.pop(name, None)
            log.info("words could not be asked for", reason=str(error))

    async def _say_question(self, message: Json, command: str) -> None:
        spot = self._places.spot(self._places.conversation(message))
        force = {"force_reply": True, "input_field_placeholder": "In your words"}
        await self._wire.say(where(spot), self._asking.question(command), reply_markup=force)

    async def _say_slow(self, query: Json) -> None:
        await self._clock.sleep(PATIENCE)
        await self._answer(query, SLOW)

    def _tell(self, query: Json, text: str) -> None:
        self._tasks.start(self._answer(query, text), "pressed")

    async def _answer(self, query: Json, text: str) -> None:
        """It may be lost: what was pressed is stored, and shows by itself."""
        try:
            await self._wire.pressed(str(query["id"]), text)
        except (Refusal, Unavailable) as error:
            log.info("a press was not acknowledged", reason=str(error))


def menu() -> list[dict[str, str]]:
    """The table of commands as Telegram's menu shows it."""
    return [
        {"command": command.name, "description": command.help[:256]}
        for command in COMMANDS
        if command.listed
    ]


async def set_menu(wire: Wire) -> None:
    """Have the menu show the table; sent only where it differs."""
    if await wire.client.call("getMyCommands") != menu():
        await wire.client.call("setMyCommands", commands=menu())
        log.info("the menu of commands is set")
