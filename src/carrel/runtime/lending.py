"""A session's hold on the terminal that continues it: opened, watched, ended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable

import structlog

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import ResumeToken, SessionKey
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine, EngineSpec, Program
from carrel.ports.workspace import Workspace, Workspaces
from carrel.runtime.lease import FILE, Lease

LOOK_EVERY = 0.2
"""Seconds between two looks at the lease: the kernel tells nobody that a lock is free."""

LOOK_AGAIN = 5.0
"""Seconds until the next look where the session's folder cannot be had."""

PATIENCE = 8.0
"""Seconds that a terminal has to leave by itself; then it is killed."""

AGAIN = "The session was let go in the middle of it; attach it again."

log = structlog.get_logger(__name__)


class Terminals:
    """Those that wait for what they shall run. At most one a session: they hold its lease."""

    def __init__(self) -> None:
        self._waiting: dict[SessionKey, asyncio.Future[Program]] = {}

    async def wait(self, key: SessionKey, asking: Awaitable[None]) -> Program:
        """What the session's engine says shall be run, once `asking` has told the session.

        Raises what stands against it.
        """
        place: asyncio.Future[Program] = asyncio.get_running_loop().create_future()
        self._waiting[key] = place
        try:
            await asking
            return await place
        finally:
            if self._waiting.get(key) is place:
                del self._waiting[key]

    def give(self, key: SessionKey, program: Program) -> None:
        """Tell it; nothing happens where none waits any more."""
        place = self._waiting.get(key)
        if place is not None and not place.done():
            place.set_result(program)

    def refuse(self, key: SessionKey, why: Exception) -> None:
        """Tell it why there is nothing to run."""
        place = self._waiting.get(key)
        if place is not None and not place.done():
            place.set_exception(why)


class Lending:
    """What one session's hands do about terminals."""

    def __init__(
        self,
        key: SessionKey,
        workspaces: Workspaces,
        engine: Engine,
        clock: Clock,
        terminals: Terminals,
    ) -> None:
        self._key, self._workspaces, self._engine = key, workspaces, engine
        self._clock, self._terminals = clock, terminals

    async def open(self, spec: Awaitable[EngineSpec]) -> None:
        """Give the terminal that waits what it shall run. No live engine may be open."""
        try:
            program = await self._engine.terminal(await spec)
        except (Refused, Unavailable) as error:
            self._terminals.refuse(self._key, error)
        except Exception:
            log.exception("a terminal could not be opened", session=self._key)
            self._terminals.refuse(self._key, Unavailable("Carrel's log says why it could not be."))
        else:
            self._terminals.give(self._key, program)

    async def until_left(self, since: float) -> ResumeToken | None:
        """Return once the lease is free: the conversation that the terminal had last, if any.

        It is free at the very moment of the return: whoever asks after that comes after it.
        """
        while True:
            try:
                space = await self._workspaces.prepare(self._key)
                lease = Lease(space.root / FILE)
                while not lease.is_free():
                    await self._clock.sleep(LOOK_EVERY)
                resume = await self._left(space, since)
                if lease.is_free():
                    return resume
            except (Refused, Unavailable, OSError) as error:
                log.warning("a lease cannot be seen", session=self._key, error=str(error))
                await self._clock.sleep(LOOK_AGAIN)

    async def _left(self, space: Workspace, since: float) -> ResumeToken | None:
        try:
            return await self._engine.left(space, since)
        except Exception:
            log.exception("not known what a terminal left", session=self._key)
            return None

    async def end(self) -> None:
        """Ask its process to leave, then kill it; return when the lease is free."""
        space = await self._workspaces.prepare(self._key)
        lease = Lease(space.root / FILE)
        for number in (signal.SIGTERM, signal.SIGKILL):
            lease.signal(number)
            end = self._clock.monotonic() + PATIENCE
            while not lease.is_free() and self._clock.monotonic() < end:
                await self._clock.sleep(LOOK_EVERY)

    def close(self) -> None:
        """The session is let go: a terminal that still waits must ask again."""
        self._terminals.refuse(self._key, Unavailable(AGAIN))
