"""What a home needs once a day: a copy of the store, and to forget what is over."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from carrel.ports.clock import Clock
from carrel.ports.store import Store
from carrel.ports.workspace import Workspaces

DAY = 86_400.0
SLICE = 60.0
"""The longest sleep: while a machine is suspended its sleeps stand still, its clock does not."""
KEPT_DAYS = 30
"""How long what is done is remembered; it is also how far back a repeated message is known."""

log = structlog.get_logger(__name__)


async def keep(store: Store, workspaces: Workspaces, clock: Clock) -> None:
    """Forget at once, then copy and forget every 24 hours, for ever; the trash is emptied too.

    What a gateway that was killed left of half-built walls is ended first. The store makes a copy
    of its own when it is opened. What fails is tried again by whoever runs this.
    """
    if ended := await workspaces.end_leftovers():
        log.warning("walls were left half-built, and are ended", processes=ended)
    await _forget(store, workspaces, clock)
    while True:
        await _a_day(clock)
        stamp = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        await store.backup(f"daily-{stamp}")
        await _forget(store, workspaces, clock)


async def _forget(store: Store, workspaces: Workspaces, clock: Clock) -> None:
    before = clock.now() - KEPT_DAYS * DAY
    forgotten, emptied = await store.prune(before), await workspaces.empty_trash(before)
    log.info("upkeep done", forgotten=forgotten, emptied=emptied)


async def _a_day(clock: Clock) -> None:
    """A day by the clock on the wall; one that is set back ends it early, never late."""
    began = clock.now()
    while 0 <= (passed := clock.now() - began) < DAY:
        await clock.sleep(min(SLICE, DAY - passed))
