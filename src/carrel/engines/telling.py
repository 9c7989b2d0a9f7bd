"""Engine events on their way to the session, in order, without making the engine wait."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from carrel.core.events import EngineEvent, Progressed, Wrote
from carrel.engines.tasks import start
from carrel.ports.engine import Tell

MAX_PROGRESS = 1000


class Telling:
    """A queue before `tell`.

    A session may be busy and let `tell` wait; the engine must still be read, or it could not be
    interrupted. Pieces of text are joined while they wait, and when very much waits progress is
    dropped, never anything that decides.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._waiting: deque[EngineEvent] = deque()
        self._task: asyncio.Task[None] | None = None

    def say(self, event: EngineEvent) -> None:
        """Put `event` in line. Never waits, never raises."""
        match event, self._waiting[-1] if self._waiting else None:
            case Wrote(turn, text), Wrote(last, before) if turn == last:
                self._waiting[-1] = replace(event, text=before + text)
            case _ if isinstance(event, Progressed) and len(self._waiting) >= MAX_PROGRESS:
                return
            case _:
                self._waiting.append(event)
        if self._task is None or self._task.done():
            self._task = start(self._pump(), "engine telling")

    async def settle(self, seconds: float) -> None:
        """Return when everything is told, or after `seconds`; the rest is told later."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)

    async def _pump(self) -> None:
        while self._waiting:
            await self._tell(self._waiting.popleft())
