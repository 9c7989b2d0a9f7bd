"""A host's part in a shared database: it waits for the lease, keeps it, and says how it is."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from pydantic import TypeAdapter

from carrel.core.errors import Refused, Unavailable
from carrel.ports.clock import Clock
from carrel.ports.hosts import HostInfo, Offer, Tenure
from carrel.stores.lane import Lane
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres.hints import Hints
from carrel.stores.postgres.lease import Beat, Candidate, Lease, Taken, Waiting
from carrel.stores.postgres.line import Line
from carrel.stores.rows import Database
from carrel.tasks import Tasks

BEATS: Final = 4
"""The lease is renewed so many times as often as it ends."""

RETRY: Final = 15
"""So often is it tried again, within one lease: every second."""

GIVES_UP, ENDS_BY = 0.7, 0.8
"""Parts of the lease. A host that could not renew it stops by itself, or is stopped, before the
database's clock has it that the lease is over."""

NOT_RENEWED: Final = (
    "This host could not renew its lease on the database in time, so it has stopped: another one "
    "may lead now. Started again, it leads when no other does, and stands by otherwise."
)
TAKEN_OVER: Final = (
    "Another host has taken the database over, so this one stopped. Started again, it stands by."
)

_OFFER: Final = TypeAdapter(Offer)

log = structlog.get_logger(__name__)


def listed(database: Database, here: str) -> tuple[HostInfo, ...]:
    """Everybody who shares the database; `here` is who asks."""
    return tuple(
        HostInfo(
            id=row["id"],
            role=row["role"],
            left=max(row["left_over"], 0.0),
            sessions=row["sessions"],
            live=row["live"],
            version=row["version"],
            since=row["since"],
            here=row["id"] == here,
            places=row["places"],
        )
        for row in database.rows("hosts")
    )


def offered(database: Database, here: str) -> tuple[Offer, ...]:
    """Where engines of the one that asks can run."""
    return tuple(_OFFER.validate_json(row["offer"]) for row in database.rows("offers", id=here))


class Tenancy:
    """The lease of one host, on a connection of its own, so that it waits for nothing."""

    def __init__(
        self, lane: Lane[Line], hints: Hints, host: str, clock: Clock, tenure: Tenure
    ) -> None:
        self._lane, self._hints, self._clock, self._tenure = lane, hints, clock, tenure
        self._who = Candidate(host, tenure.seconds, tenure.version, tenure.part, tenure.places)
        self._lease: Lease | None = None
        self._tasks = Tasks("lease")

    @property
    def lease(self) -> Lease | None:
        """What is held; None before and after."""
        return self._lease

    async def open(self) -> None:
        """Wait for the lease, for as long as others lead, and keep it from then on.

        One of `engines` waits for ever.
        """
        await self._lane.open()
        self._hints.open()
        followed: str | None = None
        comes = True
        while True:
            began = self._clock.monotonic()
            found = await self._tried(comes=comes)
            if isinstance(found, Lease):
                if self._clock.monotonic() - began < self._who.seconds / BEATS:
                    break
                continue  # it waited for the one before, so that by its own count little is left
            if found is not None:
                comes = False
                if found.host != followed:
                    followed = found.host
                    self._tenure.follows(followed)
                if found.drains:
                    self._tenure.drains()
            await self._hints.wait(self._who.seconds / RETRY)
        self._lease = found
        self._tasks.start(self._keep(found, began), "keep")

    async def close(self) -> None:
        """Let the next one in. Idempotent."""
        await self._tasks.close()
        await self._hints.close()
        held, self._lease = self._lease, None
        try:
            if held is not None:
                await self._lane.run(lambda database: leases.free(database, held))
            else:
                await self._lane.run(lambda database: database.write("go_away", id=self._who.host))
        except Unavailable as error:
            log.info("the lease runs out by itself", error=str(error))
        await self._lane.close()

    async def drain(self, host: str) -> None:
        """Ask a host to end; raises Refused where it is not."""
        if not await self._lane.run(lambda database: leases.ask_to_drain(database, host)):
            raise Refused(f"No host {host} is there; `carrel hosts` lists them.")

    async def _tried(self, *, comes: bool) -> Lease | Taken | None:
        """None while the server does not answer."""
        tenure = self._tenure
        offer = tenure.offers(self._who.host)
        said = "" if offer is None else _OFFER.dump_json(offer).decode()
        waiting = Waiting(comes, tenure.live(), said)
        try:
            return await self._lane.run(lambda database: leases.take(database, self._who, waiting))
        except Unavailable:
            return None

    async def _keep(self, held: Lease, began: float) -> None:
        """Renew it. `began`: when it was last asked for; the database counts from later on."""
        seconds, wait = self._who.seconds, self._who.seconds / BEATS
        self._leads(began)
        while True:
            await self._hints.wait(wait)
            asked, gives_up = self._clock.monotonic(), began + GIVES_UP * seconds
            beat = await self._beat(held, gives_up - asked)
            left = gives_up - self._clock.monotonic()
            if beat is None and left <= 0:
                return self._end(NOT_RENEWED)
            if beat is None:
                wait = min(seconds / RETRY, left)
                continue
            if not beat.held:
                return self._end(TAKEN_OVER)
            if beat.drains:
                self._tenure.drains()
            began, wait = asked, seconds / BEATS
            self._leads(began)

    async def _beat(self, held: Lease, left: float) -> Beat | None:
        """None without an answer in `left` seconds; one that came while the loop hung counts."""
        answer = self._tasks.start(self._renewed(held), "beat")
        await asyncio.wait({answer}, timeout=max(left, 0.0))
        if answer.done():
            return answer.result()
        answer.cancel()
        return None

    async def _renewed(self, held: Lease) -> Beat | None:
        seconds, live = self._who.seconds, self._tenure.live()
        try:
            return await self._lane.run(
                lambda database: leases.renew(database, held, seconds, live)
            )
        except Unavailable:
            return None

    def _leads(self, began: float) -> None:
        self._tenure.leads(began + ENDS_BY * self._who.seconds - self._clock.monotonic())

    def _end(self, why: str) -> None:
        log.error("leads no more", why=why)
        self._tenure.ends(why)
