"""Side threads: topics of a group, closed until people are let in."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import structlog

from carrel.core.errors import Refused
from carrel.core.model import Conversation
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
        self._made = _read(self._file)

    async def plan(self, wire: Wire, beside: Conversation, title: str, nonce: str) -> Side:
        """Make the topic, once for each nonce. One that a crash cut off may be left over, empty."""
        if beside.direct:
            raise Refused("A private chat has no topics: ask in a group that has them.")
        spot = self._places.spot(beside)
        topic = self._made.get(nonce)
        if topic is None:
            topic = await wire.new_topic(spot.chat, f"🌿 {title}"[:TITLE])
            await asyncio.to_thread(self._remember, nonce, topic)
            await wire.close_topic(spot.chat, topic)
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
        self._made[nonce] = topic
        while len(self._made) > KEPT:
            del self._made[next(iter(self._made))]
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self._file.with_suffix(".part")
        half.write_text(json.dumps(self._made), encoding="utf-8")
        half.replace(self._file)


def _read(file: Path) -> dict[str, int]:
    try:
        return {str(nonce): int(topic) for nonce, topic in json.loads(file.read_text()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        log.error("topics that were made are not known any more", error=str(error))
        return {}
