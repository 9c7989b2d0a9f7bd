"""Side threads: a message of the bot's, and the thread below it, unheard until it is opened."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from carrel.core.errors import Unavailable
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation
from carrel.platforms.slack import places
from carrel.platforms.slack.sending import Shows
from carrel.platforms.slack.wire import Wire
from carrel.ports.platform import Refusal, Side

PREPARED_S = 30.0
"""Seconds for which what is said below the message waits for the thread to be opened."""

KEPT = 100
"""So many are remembered; each is needed only until it was opened."""


class Sides:
    """The side threads that were begun of late, each with whether it is open."""

    def __init__(self, shows: Shows) -> None:
        self._shows = shows
        self._begun: dict[str, asyncio.Event] = {}

    async def plan(self, wire: Wire, beside: Conversation, title: str, nonce: str) -> Side:
        """Say the message, once for each nonce. A thread has no threads: it stands beside it."""
        channel, _ = places.spot(beside)
        team = beside.within[-1] if beside.within else ""
        above = places.place(channel, None, team)
        said = Outbound(f"{nonce}.side", above, Notice(f"🌿 {title}"))
        receipt = await self._shows.send(wire, said, None, again=True)
        conversation = places.place(channel, receipt.ref, team)
        self._begun.setdefault(conversation.address, asyncio.Event())
        while len(self._begun) > KEPT:
            self._begun.pop(next(iter(self._begun))).set()
        return Side(conversation, await self._link(wire, channel, receipt.ref, title))

    async def _link(self, wire: Wire, channel: str, stamp: str, title: str) -> str:
        with suppress(Refusal, Unavailable):
            found = await wire.call("chat.getPermalink", channel=channel, message_ts=stamp)
            return f"[🌿 {title}]({found['permalink']})"
        return f"the thread below “🌿 {title}”"

    def open(self, side: Side) -> None:
        """Hear what is said there."""
        begun = self._begun.get(side.conversation.address)
        if begun is not None:
            begun.set()

    async def opened(self, conversation: Conversation) -> None:
        """Return once a thread may be heard; one that nobody opens is heard all the same."""
        begun = self._begun.get(conversation.address)
        if begun is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PREPARED_S):
                await begun.wait()
        begun.set()
