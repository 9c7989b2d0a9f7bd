"""Side threads: a message of the bot's, and the thread below it, unheard until it is opened."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from carrel.core.errors import Unavailable
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation
from carrel.platforms.slack import places
from carrel.platforms.slack.sending import Sender
from carrel.platforms.slack.wire import Wire
from carrel.ports.platform import Refusal, Side

PREPARED_S = 30.0
"""Seconds for which what is said below the message waits for the thread to be opened."""


class Sides:
    """The side threads that are being prepared."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._preparing: dict[str, asyncio.Event] = {}

    async def plan(self, wire: Wire, beside: Conversation, title: str, nonce: str) -> Side:
        """Say the message, once for each nonce. A thread has no threads: it stands beside it."""
        channel, _ = places.spot(beside)
        team = beside.within[-1] if beside.within else ""
        above = places.place(channel, None, team)
        said = Outbound(f"{nonce}.side", above, Notice(f"🌿 {title}"))
        receipt = await self._sender.send(wire, said, None, again=True)
        conversation = places.place(channel, receipt.ref, team)
        self._preparing[conversation.address] = asyncio.Event()
        return Side(conversation, await self._link(wire, channel, receipt.ref, title))

    async def _link(self, wire: Wire, channel: str, stamp: str, title: str) -> str:
        with suppress(Refusal, Unavailable):
            found = await wire.call("chat.getPermalink", channel=channel, message_ts=stamp)
            return f"[🌿 {title}]({found['permalink']})"
        return f"the thread below “🌿 {title}”"

    def open(self, side: Side) -> None:
        """Hear what is said there."""
        prepared = self._preparing.pop(side.conversation.address, None)
        if prepared is not None:
            prepared.set()

    async def opened(self, conversation: Conversation) -> None:
        """Return once a thread may be heard."""
        prepared = self._preparing.get(conversation.address)
        if prepared is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PREPARED_S):
                    await prepared.wait()
