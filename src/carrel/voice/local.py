"""Listens on this machine, in a worker process that is there only while it is wanted."""

from __future__ import annotations

import asyncio
from pathlib import Path

from carrel.core.errors import Unavailable
from carrel.ports.clock import Clock
from carrel.tasks import Tasks
from carrel.voice.process import Start, Worker, words

LIMIT_S = 300.0
IDLE_S = 300.0
CLOSED = "The gateway is stopping; send the voice message again in a moment."


class LocalTranscriber:
    """Starts a worker with the first recording and ends it when none has come for `IDLE_S`.

    One recording at a time has the worker, others wait their turn. A worker that was left in the
    middle of one is ended, as its next line would answer the wrong question.
    """

    def __init__(self, start: Start, clock: Clock) -> None:
        self._start = start
        self._clock = clock
        self._turn = asyncio.Lock()
        self._tasks = Tasks("voice")
        self._worker: Worker | None = None
        self._idle: asyncio.Task[None] | None = None
        self._closed = False

    async def transcribe(self, recording: Path) -> str:
        """The words of the recording; errors as the port says."""
        async with self._turn:
            if self._idle is not None:
                self._idle.cancel()
            try:
                answer = await self._asked(recording)
            except BaseException:
                await self._end()
                raise
            self._idle = self._tasks.start(self._end_when_idle(), "idle")
        return words(answer)

    async def close(self) -> None:
        """End the worker; who waits for it is told. Idempotent."""
        self._closed = True
        if self._worker is not None:
            self._worker.kill()
        async with self._turn:
            await self._tasks.close()
            await self._end()

    async def _asked(self, recording: Path) -> dict[str, str]:
        try:
            async with asyncio.timeout(LIMIT_S):
                worker = await self._ready()
                return await worker.ask(recording)
        except TimeoutError:
            why = f"The voice message was not understood in {LIMIT_S:.0f} s; send a shorter one."
            raise Unavailable(why) from None

    async def _ready(self) -> Worker:
        if self._worker is not None and not self._worker.runs:
            await self._end()
        if self._worker is None and not self._closed:
            self._worker = await self._start()
        # `close` may have come while the worker was being started, and could not end it then.
        if self._worker is None or self._closed:
            raise Unavailable(CLOSED)
        return self._worker

    async def _end_when_idle(self) -> None:
        await self._clock.sleep(IDLE_S)
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        if self._worker is not None:
            await self._worker.end()
            self._worker = None
