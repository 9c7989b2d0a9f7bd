"""Takes a session's folders to the trash, however long that needs."""

from __future__ import annotations

import structlog

from carrel.core.errors import Unavailable
from carrel.core.model import SessionKey
from carrel.ports.clock import Clock
from carrel.ports.workspace import Workspaces

AGAIN = 30.0
"""Seconds between two tries."""

log = structlog.get_logger(__name__)


async def discarded(workspaces: Workspaces, key: SessionKey, clock: Clock) -> None:
    """Return when they are gone: nothing may begin in the session before."""
    while True:
        try:
            return await workspaces.discard(key)
        except (Unavailable, OSError) as error:
            log.warning("folders not gone yet", session=key, error=str(error))
            await clock.sleep(AGAIN)
