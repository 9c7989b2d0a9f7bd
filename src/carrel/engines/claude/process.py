"""The CLI of one live engine over its life: started, listened to, restarted, ended."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from carrel.core.errors import Unavailable
from carrel.engines.claude.options import Launch, options
from carrel.engines.claude.prompts import user_message
from carrel.engines.claude.turns import Sending
from carrel.engines.claude.wire import Unknown, Wire
from carrel.engines.tasks import start, stop
from carrel.ports.engine import Context

if TYPE_CHECKING:
    from claude_agent_sdk.types import Message

LOG = logging.getLogger(__name__)
DOLLARS = re.compile(r"\$([0-9]+(?:\.[0-9]+)?)")

Hear = Callable[["Message"], Awaitable[None]]
Died = Callable[[str], Awaitable[None]]


class Process:
    """`hear` gets every message, in order; `died` a sentence when the process ends unasked.

    `parts` are the SDK options that are no values. `sent` are the uuids this process has been
    given: it drops a second one silently.
    """

    def __init__(self, launch: Launch, hear: Hear, died: Died, parts: Mapping[str, object]) -> None:
        self.launch = launch
        self.sent: set[str] = set()
        self.spent = 0.0
        self.stirred = asyncio.Event()
        self._hear = hear
        self._died = died
        self._parts = parts
        self._wire: Wire | None = None
        self._reader: asyncio.Task[None] | None = None
        self._restarting = False

    @property
    def running(self) -> bool:
        """Whether the process is there and is listened to, or is just being made anew."""
        return self._restarting or (self._reader is not None and not self._reader.done())

    async def start(self, launch: Launch) -> None:
        """Start the CLI; raises Unknown, or Unavailable with a sentence."""
        self.launch = launch
        wire = Wire(options(launch, self._parts))
        try:
            await wire.connect()
            if launch.resume:
                self.spent = await _spent(wire)
        except BaseException:
            await wire.kill()
            raise
        self._wire = wire
        self.sent.clear()
        self.stirred.clear()
        self._reader = start(self._read(wire), "claude reader")

    async def restart(self, *, again: bool) -> None:
        """Resume the same conversation in a new process; errors as those of `start`."""
        self._restarting = True
        try:
            await self.end(gently=True)
            await self._resume(again=again)
        finally:
            self._restarting = False

    async def _resume(self, *, again: bool) -> None:
        try:
            await self.start(replace(self.launch, resume=True, again=again))
        except Unknown:
            # Nothing of this conversation was ever written, so it can begin under its own name.
            await self.start(replace(self.launch, resume=False, again=False))

    async def send(self, sending: Sending) -> None:
        """Give the CLI a message; raises Unavailable if it is gone."""
        if self._wire is None:
            raise Unavailable("Claude is not running.")
        self.sent.add(sending.uuid)
        await self._wire.send(user_message(sending.uuid, sending.content, command=sending.command))

    def has_spent(self, total: float | None) -> float:
        """Dollars since this was asked last; `total` is what the whole conversation has cost."""
        before, self.spent = self.spent, max(total or 0.0, self.spent)
        return self.spent - before

    async def spending(self) -> float:
        """Dollars since the last result, by the CLI's own count, which is rounded to cents."""
        wire = self._wire
        return 0.0 if wire is None else max(await _spent(wire) - self.spent, 0.0)

    async def context(self) -> Context | None:
        """How full the window is; None where that is not told in time."""
        return None if self._wire is None else await self._wire.context()

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """The CLI's own commands and skills; none where it is not running."""
        return () if self._wire is None else await self._wire.commands()

    async def interrupt(self) -> tuple[str, ...]:
        """Stop what runs; the uuids of messages that still wait."""
        return () if self._wire is None else await self._wire.interrupt()

    async def take_back(self, uuid: str) -> bool:
        """Cancel a message that waits."""
        return self._wire is not None and await self._wire.take_back(uuid)

    async def end(self, *, gently: bool) -> None:
        """End the process and all below it, without `died`. Idempotent."""
        reader, self._reader = self._reader, None
        wire, self._wire = self._wire, None
        if wire is not None:
            await (wire.close() if gently else wire.kill())
        await stop(reader)

    async def _read(self, wire: Wire) -> None:
        try:
            async for message in wire.messages():
                self.stirred.set()
                await self._hear(message)
            why = "Claude ended by itself."
        except Exception as error:  # noqa: BLE001 - whatever ends the line is an event, not a fault
            LOG.warning("the line to claude broke: %s", error)
            why = f"Claude went away: {wire.last_words(str(error))}"
        if self._wire is wire:
            self._wire = self._reader = None
            await wire.kill()
            await self._died(why)


async def _spent(wire: Wire) -> float:
    """Dollars that the conversation has cost before; results count on from there."""
    match await wire.control({"subtype": "get_session_cost"}):
        case {"text": str(text)} if found := DOLLARS.search(text):
            return float(found.group(1))
        case _:
            return 0.0
