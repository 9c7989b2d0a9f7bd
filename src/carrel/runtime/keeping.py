"""Keeps what a session's files are before and after each turn, where there is a history."""

from __future__ import annotations

from collections.abc import Awaitable

import structlog

from carrel.core.errors import Unavailable
from carrel.core.model import ResumeToken, SessionKey, Turn, TurnId
from carrel.ports.history import History
from carrel.ports.workspace import Workspace

log = structlog.get_logger(__name__)


class Keeping:
    """One session's. `space`: where it works, once that is known.

    A turn is worth more than the way back to before it: what cannot be kept is logged.
    """

    def __init__(self, key: SessionKey, history: History | None) -> None:
        self._key, self._history = key, history
        self.space: Workspace | None = None

    async def begin(self, turn: Turn) -> None:
        """The turn is about to begin."""
        if self._history is not None and self.space is not None:
            await self._kept(self._history.begin(self.space, turn))

    async def end(self, turn: TurnId, resume: ResumeToken | None) -> None:
        """The turn has ended."""
        if self._history is not None and self.space is not None:
            await self._kept(self._history.end(self.space, turn, resume))

    async def _kept(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Unavailable as error:
            log.warning("files not kept", session=self._key, error=str(error))
        except Exception:
            log.exception("files not kept", session=self._key)
