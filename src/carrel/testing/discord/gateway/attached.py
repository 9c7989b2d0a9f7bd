"""One identified client: its sequence and the replay buffer that outlives its socket."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from carrel.testing.discord.model import Application, Json

REPLAYED = 5_000


@dataclass(slots=True, eq=False)
class Attached:
    """What IDENTIFY made. send: how frames leave while a socket is there. deaf: threads unheard.

    heard: the sequence number that its last heartbeat named.
    """

    id: str
    application: Application
    intents: int
    shard: int = 0
    shards: int = 1
    sequence: int = 0
    send: Callable[[str], None] | None = None
    close: Callable[[int], None] | None = None
    deaf: set[str] = field(default_factory=set)
    buffer: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))

    heard: int = 0
    _beat: asyncio.Event = field(default_factory=asyncio.Event)

    def beat(self, sequence: int) -> None:
        """A heartbeat came."""
        self.heard = sequence
        self._beat.set()

    async def caught_up(self) -> None:
        """Ask for a heartbeat, and wait until it names what was sent last."""
        sequence = self.sequence
        if self.send:
            self.send(json.dumps({"op": 1, "d": None}))
            while self.heard < sequence:
                self._beat.clear()
                await self._beat.wait()

    def push(self, name: str, data: Json) -> None:
        """Send an event, and keep it for a RESUME."""
        self.sequence += 1
        frame = json.dumps({"op": 0, "t": name, "s": self.sequence, "d": data})
        self.buffer.append((self.sequence, frame))
        if self.send:
            self.send(frame)

    def after(self, sequence: int) -> Iterator[str]:
        """The frames after a sequence number."""
        return (frame for number, frame in self.buffer if number > sequence)

    def can_resume(self, sequence: int) -> bool:
        """Whether nothing after that number is lost."""
        oldest = self.buffer[0][0] if self.buffer else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence

    def has_guild(self, guild_id: str) -> bool:
        """Whether a guild is on this shard."""
        return (int(guild_id) >> 22) % self.shards == self.shard
