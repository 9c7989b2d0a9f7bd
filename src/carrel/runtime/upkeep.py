"""What a store needs once a day: a copy, and to forget what is over."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from carrel.ports.clock import Clock
from carrel.ports.store import Store

DAY = 86_400.0
KEPT_DAYS = 30
"""How long what is done is remembered; it is also how far back a repeated message is known."""

log = structlog.get_logger(__name__)


async def keep(store: Store, clock: Clock) -> None:
    """Every 24 hours, for ever. What fails is tried again by whoever runs this."""
    while True:
        await clock.sleep(DAY)
        stamp = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        await store.backup(f"daily-{stamp}")
        forgotten = await store.prune(clock.now() - KEPT_DAYS * DAY)
        log.info("upkeep done", forgotten=forgotten)
