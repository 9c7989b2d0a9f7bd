"""Offers room: listens for the leader, lets in who proves to be it, and serves one at a time."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Callable
from dataclasses import replace

import structlog

from carrel import __version__
from carrel.core.errors import ConfigError, Unavailable
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.frames import Claim, Frame
from carrel.engines.elsewhere.stay import Stay, Terms
from carrel.engines.elsewhere.wire import LARGEST, Identity, Wire, identity, proves
from carrel.ports.engine import Engine
from carrel.ports.hosts import Offer
from carrel.ports.workspace import Workspaces
from carrel.tasks import Tasks

GREETING_S = 5.0
"""Seconds that a stranger has to prove who they are."""

MOST_STRANGERS = 16
FAREWELL_S = 3.0
"""Seconds in which the leader hangs up when it was told that all is over."""

Agents = Callable[[int], tuple[Workspaces, Engine]]
"""What runs agents on this host for the lead with this number."""

log = structlog.get_logger(__name__)


class Lodging:
    """Room for the engines of whichever host leads. `listen`: an address and a port of this one."""

    def __init__(self, listen: str, agents: Agents, terms: Terms) -> None:
        self._listen, self._agents, self._clock = listen, agents, terms.clock
        self._places = terms.places
        self._terms = replace(terms, places=self._offered)
        self._secret = secrets.token_hex(32)
        self._identity: Identity | None = None
        self._server: asyncio.Server | None = None
        self._stay: Stay | None = None
        self._epoch, self._leaving = 0, False
        self._strangers: list[Wire] = []
        self._one = asyncio.Lock()
        self._tasks = Tasks("lodging")

    @property
    def used(self) -> int:
        """How many places are taken."""
        return 0 if self._stay is None else self._stay.used

    async def open(self) -> None:
        """Listen; raises ConfigError where that cannot be."""
        host, _, port = self._listen.rpartition(":")
        self._identity = await asyncio.to_thread(identity)
        try:
            self._server = await asyncio.start_server(
                self._greet,
                host.strip("[]"),
                int(port),
                ssl=self._identity.context,
                ssl_handshake_timeout=GREETING_S,
            )
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"{self._listen} cannot be listened on ({error}): say in `listen` of `[store]` an "
                "address of this machine, and a port that is free."
            ) from error

    def offer(self, host: str) -> Offer | None:
        """What the leader must know; None while there is no room to be had."""
        if self._server is None or self._identity is None or self._leaving:
            return None
        address, _, _ = self._listen.rpartition(":")
        port = self._server.sockets[0].getsockname()[1]
        return Offer(host, f"{address}:{port}", self._identity.certificate, self._secret)

    async def leave(self, grace: float | None, hurry: asyncio.Event) -> None:
        """Take no more turns; wait for those that run, for `grace` seconds or until `hurry`.

        None: however long they take. The leader is told at once of those that are cut off.
        """
        self._leaving = True
        if (stay := self._stay) is not None:
            drained = self._tasks.start(stay.drain(), "drain")
            hurried = self._tasks.start(hurry.wait(), "hurry")
            first = asyncio.FIRST_COMPLETED
            await asyncio.wait((drained, hurried), timeout=grace, return_when=first)
            await stay.farewell()
            with_time = self._tasks.start(self._ended(), "ended")
            await asyncio.wait((with_time,), timeout=FAREWELL_S)
        await self.close()

    async def close(self) -> None:
        """Listen no more, and close what is open. Idempotent."""
        self._leaving = True
        if self._server is not None:
            self._server.close()
        if self._stay is not None:
            self._stay.drop()
        await self._ended()
        await self._tasks.close()

    async def _ended(self) -> None:
        async with self._one:
            return

    def _offered(self) -> int:
        return 0 if self._leaving else self._places()

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        if self._leaving:
            wire.close()
            return
        if len(self._strangers) >= MOST_STRANGERS:
            # the leader says at once who it is: whoever only stands there must not keep it out
            self._strangers.pop(0).close()
        self._strangers.append(wire)
        self._tasks.start(self._meet(wire), "meet")

    async def _meet(self, wire: Wire) -> None:
        """Whatever a stranger says, nothing of theirs stays open."""
        asked = self._clock.monotonic()
        try:
            claim = await self._claimed(wire)
        except (Unavailable, TimeoutError) as error:
            wire.close()
            log.warning("not let in", why=str(error) or "it said nothing in time")
        except BaseException:
            wire.close()
            raise
        else:
            self._epoch, wire.largest = claim.epoch, LARGEST
            await self._lodge(wire, claim, asked)

    async def _claimed(self, wire: Wire) -> Claim:
        nonce = secrets.token_hex(32)
        try:
            async with asyncio.timeout(GREETING_S):
                await wire.send(Frame(frames.Challenge(nonce)))
                claim = (await wire.hear()).value
        finally:
            if wire in self._strangers:
                self._strangers.remove(wire)
        if not isinstance(claim, Claim) or not proves(self._secret, nonce, claim.proof):
            raise Unavailable("it does not know the secret of this host")
        if claim.version != __version__:
            raise Unavailable(f"the leader is Carrel {claim.version}, this is {__version__}")
        if claim.epoch < self._epoch:
            raise Unavailable("another host leads by now")
        return claim

    async def _lodge(self, wire: Wire, claim: Claim, asked: float) -> None:
        """Whoever was served before is gone, with all it had, before this one is."""
        if self._stay is not None:
            self._stay.drop()
        async with self._one:
            if claim.epoch < self._epoch or self._leaving:
                return wire.close()
            try:
                self._stay = Stay(wire, self._agents(claim.epoch), self._terms)
                log.info("runs agents for the leader", lead=claim.epoch)
                await self._stay.run(asked, claim.left)
            finally:
                wire.close()
                self._stay = None
