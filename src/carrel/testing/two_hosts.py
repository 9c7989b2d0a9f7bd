"""Two hosts in one process: one leads and has no place of its own, the other has room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from carrel.engines.elsewhere.engine import SpreadEngine
from carrel.engines.elsewhere.link import Lead
from carrel.engines.elsewhere.lodging import Lodging
from carrel.engines.elsewhere.stay import Terms
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine
from carrel.ports.hosts import Offer
from carrel.ports.workspace import Workspaces
from carrel.runtime.clock import SystemClock
from carrel.tasks import Tasks


class Burnt:
    """A fuse that kills nobody: when it was lit last, for how long; None: it is out."""

    def __init__(self) -> None:
        self.left: float | None = None

    def light(self, seconds: float) -> None:
        """Remember."""
        self.left = seconds

    def put_out(self) -> None:
        """Remember."""
        self.left = None


@dataclass(slots=True)
class Room:
    """A host that has room, by its name."""

    host: str
    lodging: Lodging
    fuse: Burnt
    epochs: list[int] = field(default_factory=list)

    @property
    def offer(self) -> Offer | None:
        """What stands in its row."""
        return self.lodging.offer(self.host)


@dataclass(slots=True)
class TwoHosts:
    """What leads, and where there is room. `left`: seconds for which the leader may act."""

    rooms: list[Room]
    engine: SpreadEngine
    left: list[float]
    sizes: asyncio.Queue[int]

    async def sized(self, size: int) -> None:
        """Wait until there are so many places in all."""
        async with asyncio.timeout(10):
            while await self.sizes.get() != size:
                pass


@asynccontextmanager
async def two_hosts(
    engine: Engine,
    workspaces: Workspaces,
    *,
    own: int = 0,
    rooms: tuple[str, ...] = ("two",),
    places: int = 4,
    clock: Clock | None = None,
    beats: float = 0.05,
) -> AsyncIterator[TwoHosts]:
    """For as long as the block lasts; the leader has found them all. Both run the same engine."""
    clock = clock or SystemClock()
    found = [_room(host, engine, workspaces, places, clock, beats) for host in rooms]
    for room in found:
        await room.lodging.open()

    async def offers() -> tuple[Offer, ...]:
        return tuple(room.offer for room in found if room.offer is not None)

    left, sizes, tasks = [10.0], asyncio.Queue[int](), Tasks("two hosts")
    lead = Lead(7, lambda: left[0], clock)
    leader = SpreadEngine(engine, own, offers, lead, sizes.put_nowait)
    hosts = TwoHosts(found, leader, left, sizes)
    tasks.start(leader.run(), "leader")
    try:
        if rooms:
            await hosts.sized(own + places * len(rooms))
        yield hosts
    finally:
        await tasks.close()
        await leader.close()
        for room in found:
            await room.lodging.close()


def _room(
    host: str, engine: Engine, workspaces: Workspaces, places: int, clock: Clock, beats: float
) -> Room:
    fuse, epochs = Burnt(), list[int]()

    def agents(epoch: int) -> tuple[Workspaces, Engine]:
        epochs.append(epoch)
        return workspaces, engine

    terms = Terms(lambda: places, beats, fuse, clock)
    return Room(host, Lodging("127.0.0.1:0", agents, terms), fuse, epochs)
