"""Has a session's files mirrored when its turns end, and laid out where it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeVar

import structlog

from carrel.core import mirrored
from carrel.core.effects import Record, Rehome, Say
from carrel.core.errors import Unavailable
from carrel.core.events import Answered, Event, RebuildAsked, Rewound, TerminalLeft, TurnEnded
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Session, SessionKey
from carrel.ports.store import Fence, Loaded, Store
from carrel.runtime.outbox import Outbox
from carrel.runtime.tools import Tools

T = TypeVar("T")

AGAIN: Final = (0.2, 1.0, 5.0)
"""Seconds between tries; the last one again and again."""

log = structlog.get_logger(__name__)


async def begun(key: SessionKey, store: Store, outbox: Outbox, tools: Tools) -> None:
    """A session that was just made with files is this host's, and they are mirrored."""
    if tools.mirror is not None:
        one = Mirroring(key, store, outbox, tools)
        loaded = await one.claimed(await store.claim(key, store.host))
        await one.keep(loaded.session)


class Mirroring:
    """One session's. Where nothing is mirrored it only sees to whoever begins anew.

    A database that is away is waited for, as an answer is saved there, too; a host that waits too
    long leads no more.
    """

    def __init__(self, key: SessionKey, store: Store, outbox: Outbox, tools: Tools) -> None:
        self._store, self._outbox, self._clock = store, outbox, tools.clock
        self._mirror, self._workspaces = tools.mirror, tools.workspaces
        self._fence = Fence(key, 0)

    async def claimed(self, loaded: Loaded) -> Loaded:
        """The session, with its files here if there is a mirror of them.

        Raises Unavailable where they cannot be laid out just now.
        """
        self._fence, session = loaded.fence, loaded.session
        if self._mirror is None or not session.away:
            return loaded
        told: tuple[Record, ...] = ()
        if await self._mirror.restore(session.key):
            if place := await self._place(session, loaded.commands):
                told = (mirrored.brought(session, place, loaded.fence.epoch),)
        elif mirrored.was_answered(session) or await self._mirror.knows(session.key):
            return loaded
        else:
            await self._workspaces.discard(session.key)
        await self._save((Rehome(), *told))
        return replace(loaded, session=replace(session, away=""))

    async def before(self, event: Event, session: Session) -> None:
        """What this event tells of is about to be saved: the files that go with it must be right.

        What a host has of an earlier time is in nobody's way who begins anew.
        """
        match event:
            case Answered() | TurnEnded() | Rewound() | TerminalLeft():
                await self.keep(session)
            case RebuildAsked() if session.away:
                await self._workspaces.discard(session.key)
            case _:
                pass

    async def keep(self, session: Session) -> None:
        """Mirror what has changed. Raises Fenced where another host has the session."""
        if (mirror := self._mirror) is None or session.away:
            return
        why = await self._until_done(lambda: mirror.keep(self._fence), session)
        if why and (place := await self._place(session)):
            told = mirrored.stays(session, place, why, self._fence.epoch)
            await self._until_done(lambda: self._save((told,)))

    async def _until_done(
        self, work: Callable[[], Awaitable[T]], waiting: Session | None = None
    ) -> T:
        """Whoever waits in a session is told when it takes long."""
        failures = 0
        while True:
            try:
                return await work()
            except Unavailable as error:
                log.warning("not mirrored, trying again", session=self._fence.key, why=str(error))
                failures += 1
                if waiting is not None and failures == len(AGAIN):
                    await self._say_why_it_waits(waiting, str(error))
                await self._clock.sleep(AGAIN[min(failures, len(AGAIN)) - 1])

    async def _say_why_it_waits(self, session: Session, why: str) -> None:
        """Where it is the database that is away, this cannot be said either."""
        with suppress(Unavailable):
            if place := await self._place(session):
                await self._save((mirrored.waits(session, place, why, self._fence.epoch),))

    async def _place(
        self, session: Session, commands: tuple[Inbound, ...] = ()
    ) -> Conversation | None:
        """Where somebody waits, or else where it was spoken last."""
        if place := mirrored.place_of(session):
            return place
        if commands:
            return commands[0].conversation
        info = await self._store.session(session.key)
        return info.conversation if info is not None else None

    async def _save(self, records: tuple[Record, ...]) -> None:
        await self._store.save(self._fence, records, self._clock.now())
        self._outbox.wake(one.outbound for one in records if isinstance(one, Say))
