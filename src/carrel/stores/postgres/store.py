"""The store on PostgreSQL: the same rows and statements, shared by every machine that may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeVar
from zlib import crc32

import psycopg
import structlog

from carrel.core.errors import ConfigError, Unavailable
from carrel.ports.clock import Clock
from carrel.stores.lane import Lane
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres import line as lines
from carrel.stores.postgres.address import Address, connect, in_our_words, refusal
from carrel.stores.postgres.dialect import postgres_migrations, postgres_statements
from carrel.stores.postgres.lease import Lease, Taken
from carrel.stores.postgres.line import Ground, Line
from carrel.stores.postgres.reach import Reach
from carrel.stores.postgres.schema import make_ready
from carrel.stores.row_store import RowStore
from carrel.stores.rows import Database
from carrel.tasks import Tasks

T = TypeVar("T")

WRITERS: Final = 4
RETRY: Final = 1.0
"""Seconds between two tries to reach a server that does not answer."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Host:
    """Who opens the store; `lost` is called when another host has taken the database over."""

    id: str
    lost: Callable[[], None]


class PostgresStore(RowStore):
    """The store port on psycopg.

    Four connections write; what is about one session goes over one of them, in order, and its
    row is locked first. A fifth reads, a sixth renews the lease, so that neither waits.
    """

    def __init__(self, address: Address, host: Host, clock: Clock) -> None:
        self._address, self._host, self._clock = address, host, clock
        self._ground = Ground(address, postgres_statements(), Reach(address))
        self._lease: Lease | None = None
        self._tasks = Tasks("store")
        hold = leases.guard(lambda: self._lease)
        self._writers = [self._lane(f"store-writer-{n}", hold) for n in range(WRITERS)]
        self._reader = Lane("store-reader", lambda: Line(self._ground), lines.read)
        self._renewer = self._lane("store-lease", None)

    @property
    def incidents(self) -> tuple[str, ...]:
        """Nothing: the server looks after its files."""
        return ()

    async def open(self) -> None:
        """Migrate the schema and take the lease; waits for a server that does not answer.

        Raises ConfigError when the server refuses us, or another gateway uses the database.
        """
        while not await self._reached():
            await self._clock.sleep(RETRY)
        try:
            for lane in (*self._writers, self._reader, self._renewer):
                await lane.open()
            await self._take_lease()
        except BaseException:
            await self.close()
            raise
        self._tasks.start(self._keep_lease(), "lease")

    async def close(self) -> None:
        """Finish what was begun, and let the next one in. Idempotent."""
        await self._tasks.close()
        for lane in (*self._writers, self._reader):
            await lane.close()
        if (held := self._lease) is not None:
            self._lease = None
            try:
                await self._renewer.run(lambda database: leases.free(database, held))
            except Unavailable as error:
                log.warning("the lease runs out by itself", error=str(error))
        await self._renewer.close()

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

    async def _take_lease(self) -> None:
        """Wait for the lease of a host that may be dead; who renews it lives."""
        first = taken = await self._try_lease()
        while isinstance(taken, Taken):
            if taken != first:
                raise ConfigError(
                    f"Another gateway ({taken.host}) uses the database {self._address.shown}; "
                    "stop it, or give this one a database of its own."
                )
            await self._clock.sleep(RETRY)
            taken = await self._try_lease()
        self._lease = taken

    async def _try_lease(self) -> Lease | Taken:
        return await self._renewer.run(lambda database: leases.take(database, self._host.id))

    async def _keep_lease(self) -> None:
        wait = leases.LASTS / 4
        while (held := self._lease) is not None:
            await self._clock.sleep(wait)
            try:
                kept = await self._renewer.run(lambda database: leases.renew(database, held))
            except Unavailable:
                wait = RETRY
                continue
            wait = leases.LASTS / 4
            if not kept:
                log.error("another gateway has taken the database over", store=self._address.shown)
                self._host.lost()
                return
