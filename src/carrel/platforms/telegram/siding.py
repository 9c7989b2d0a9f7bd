"""Side threads: topics of a group, closed until people are let in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import structlog

from carrel.core.errors import Refused
from carrel.core.model import Conversation
from carrel.platforms.faults import Unchanged
from carrel.platforms.telegram import kept
from carrel.platforms.telegram.places import NAME, Places
from carrel.platforms.telegram.wire import Wire
from carrel.ports.platform import Refusal, Side

FILE = "sides.json"
KEPT = 100
"""So many are remembered; each is needed only until it was opened."""

TITLE = 128
SUPERGROUPS = 10**12
"""What is added to a supergroup's number to tell it from a person's."""

log = structlog.get_logger(__name__)


class Sides:
    """The topics that the bot has made, by what they were made for. `folder` is the platform's."""

    def __init__(self, folder: Path, places: Places) -> None:
        self._file, self._places = folder / FILE, places
        self._made = kept.read(self._file)
        self._closed: set[str] = set()

    async def plan(self, wire: Wire, beside: Conversation, title: str, nonce: str) -> Side:
        """Make the topic, once for each nonce. One that a crash cut off may be left over, empty.

        It is closed by every process anew: what ended one may have come between.
        """
        if beside.direct:
            raise Refused("A private chat has no topics: ask in a group that has them.")
        spot = self._places.spot(beside)
        topic = self._made.get(nonce)
        if topic is None:
            topic = await wire.new_topic(spot.chat, f"🌿 {title}"[:TITLE])
            await asyncio.to_thread(self._remember, nonce, topic)
        if nonce not in self._closed:
            with suppress(Unchanged):
                await wire.close_topic(spot.chat, topic)
            self._closed = {nonce, *(self._closed & self._made.keys())}
        name = f"https://t.me/c/{-spot.chat - SUPERGROUPS}/{topic}"
        return Side(Conversation(NAME, beside.channel, str(topic)), name)

    async def open(self, wire: Wire, side: Side) -> None:
        """Let people in; one that is open already is left so."""
        spot = self._places.spot(side.conversation)
        try:
            await wire.open_topic(spot.chat, spot.topic or 0)
        except Refusal as refusal:
            log.info("a topic was not opened", reason=str(refusal))

    def _remember(self, nonce: str, topic: int) -> None:
        made = dict([*self._made.items(), (nonce, topic)][-KEPT:])
        kept.write(self._file, made)
        self._made = made
