"""The store on PostgreSQL: the same rows and statements, shared by every machine that may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeVar
from zlib import crc32

import psycopg

from carrel.core.errors import Unavailable
from carrel.ports.clock import Clock
from carrel.ports.hosts import HostInfo, Offer, Tenure
from carrel.ports.mirrors import MirrorStore
from carrel.stores.lane import Lane
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres import line as lines
from carrel.stores.postgres.address import Address, connect, in_our_words, refusal
from carrel.stores.postgres.dialect import postgres_migrations, postgres_statements
from carrel.stores.postgres.hints import Hints
from carrel.stores.postgres.line import Ground, Line
from carrel.stores.postgres.mirrors import PostgresMirrors
from carrel.stores.postgres.reach import Reach
from carrel.stores.postgres.schema import make_ready
from carrel.stores.postgres.tenancy import Tenancy, listed, offered
from carrel.stores.row_store import RowStore
from carrel.stores.rows import Database

T = TypeVar("T")

WRITERS: Final = 4
RETRY: Final = 1.0
"""Seconds between two tries to reach a server that does not answer."""


@dataclass(frozen=True, slots=True)
class Host:
    """Who opens the store, and what is told of its lease."""

    id: str
    tenure: Tenure


class PostgresStore(RowStore):
    """The store port on psycopg.

    Four connections write; what is about one session goes over one of them, in order, and its
    row is locked first. A fifth reads, a sixth renews the lease, so that neither waits; a seventh
    hears what the server says to all hosts.
    """

    def __init__(self, address: Address, host: Host, clock: Clock) -> None:
        self._address, self._host, self._clock = address, host, clock
        self._moves, self._mirrors = host.tenure.moves, host.tenure.mirrors
        self._ground = Ground(address, postgres_statements(), Reach(address))
        lane, hints = self._lane("store-lease", None), Hints(address, clock)
        self._tenancy = Tenancy(lane, hints, host.id, clock, host.tenure)
        hold = leases.guard(lambda: self._tenancy.lease)
        self._writers = [self._lane(f"store-writer-{n}", hold) for n in range(WRITERS)]
        self._reader = Lane("store-reader", lambda: Line(self._ground), lines.read)

    @property
    def incidents(self) -> tuple[str, ...]:
        """Nothing: the server looks after its files."""
        return ()

    @property
    def host(self) -> str:
        """The home's own name for this machine; see `host_id`."""
        return self._host.id

    @property
    def mirrors(self) -> MirrorStore:
        """Beside the rows."""
        return PostgresMirrors(self._write, self._read)

    @property
    def epoch(self) -> int:
        """The number of the lease."""
        return 0 if (held := self._tenancy.lease) is None else held.incarnation

    async def open(self) -> None:
        """Migrate the schema and wait for the lease; waits for a server that does not answer, too.

        Raises ConfigError when the server refuses us.
        """
        while not await self._reached():
            await self._clock.sleep(RETRY)
        try:
            for lane in (*self._writers, self._reader):
                await lane.open()
            await self._tenancy.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was begun, and let the next one in. Idempotent."""
        for lane in (*self._writers, self._reader):
            await lane.close()
        await self._tenancy.close()

    async def hosts(self) -> tuple[HostInfo, ...]:
        """Everybody who shares the database; served while this one stands by, too."""
        return await self._read(lambda database: listed(database, self._host.id))

    async def offers(self) -> tuple[Offer, ...]:
        """Where engines of this host's can run."""
        return await self._read(lambda database: offered(database, self._host.id))

    async def drain(self, host: str) -> None:
        """Ask a host to end; it hears it at its next sign of life, if not at once."""
        await self._tenancy.drain(host)

    async def backup(self, name: str) -> None:
        """Nothing: a database is copied with its own tools."""

    async def _write(self, about: str, work: Callable[[Database], T]) -> T:
        return await self._writers[crc32(about.encode()) % WRITERS].run(work)

    async def _read(self, work: Callable[[Database], T]) -> T:
        return await self._reader.run(work)

    def _lane(self, name: str, guard: Callable[[Database], None] | None) -> Lane[Line]:
        return Lane(name, lambda: Line(self._ground, guard), lines.commit)

    async def _reached(self) -> bool:
        try:
            await asyncio.to_thread(self._prepare)
        except psycopg.Error as error:
            if refused := refusal(error, self._address):
                raise refused from None
            why = in_our_words(error, self._address)
            if not isinstance(why, Unavailable):
                raise why from error
            self._ground.reach.away(str(why))
            return False
        self._ground.reach.back()
        return True

    def _prepare(self) -> None:
        with closing(connect(self._address)) as connection:
            make_ready(connection, self._address, postgres_migrations())
