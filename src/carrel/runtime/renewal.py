"""Settings that change while the gateway runs: taken over between two messages, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from carrel.core import view
from carrel.core.errors import Unavailable
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation
from carrel.ports.changes import Change, LiveFile
from carrel.ports.clock import Clock
from carrel.ports.platform import Platform
from carrel.ports.store import Store
from carrel.runtime.audit import audit
from carrel.runtime.outbox import Outbox

EVERY = 1.0
"""Seconds between two looks: a stat of one file."""

Tell = Callable[[str], Awaitable[None]]

log = structlog.get_logger(__name__)


async def renew(file: LiveFile, take: Callable[[], None], tell: Tell, clock: Clock) -> None:
    """Look for ever; `take` what is in force now, and `tell` people of a fault and of its end.

    `take` waits for nothing, so that no message is routed by half of it. Turns that run go on
    with what they began with.
    """
    was_well = True
    while True:
        await clock.sleep(EVERY)
        change = await asyncio.to_thread(file.look)
        if change is None:
            continue
        if not change.fault:
            take()
        _log(change)
        if change.fault or not was_well:
            await tell(change.sentence)
        was_well = not change.fault


def _log(change: Change) -> None:
    if change.fault:
        log.error("settings not taken over", fault=change.fault)
    else:
        log.info("settings", now=change.in_force, after_restart=change.after_restart)
        if change.in_force:
            audit.info("settings in force", keys=change.in_force)


class Herald:
    """Tells something that no session has to do with."""

    def __init__(
        self, store: Store, outbox: Outbox, platforms: Mapping[str, Platform], clock: Clock
    ) -> None:
        self._store, self._outbox = store, outbox
        self._platforms, self._clock = platforms, clock

    async def tell(self, place: Conversation | None, text: str) -> None:
        """Say a warning there; nowhere is no failure, and a store that is away is logged."""
        there = self._platforms.get(place.platform) if place is not None else None
        if place is None or there is None:
            return
        nonce = f"herald.{self._clock.now():.6f}"
        said, limits = Outbound(nonce, place, Notice(text, "warning")), there.limits
        parts = view.present(said, limits.text, limits.whole, tables=limits.tables)
        try:
            await self._store.say(parts, self._clock.now())
        except Unavailable as error:
            log.warning("could not be told", text=text, error=str(error))
            return
        self._outbox.wake(parts)
