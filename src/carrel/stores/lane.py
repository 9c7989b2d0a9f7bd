"""A thread that owns a connection, and the futures of those who wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar, cast

from carrel.core.errors import Unavailable
from carrel.stores.group_commit import Outcome, Work
from carrel.stores.rows import Database


class Closing(Protocol):
    """What a thread holds as long as it runs."""

    def close(self) -> None:
        """Let go."""
        ...


T = TypeVar("T")
C = TypeVar("C", bound=Closing)

MAX_WAITING = 1024
MAX_BATCH = 128


@dataclass(frozen=True, slots=True)
class _Call:
    work: Work
    answer: asyncio.Future[object]


class Lane(Generic[C]):
    """Runs calls on its own thread, in order, as many at once as have arrived.

    At most 1,024 calls wait; whoever comes then waits for a place.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], C],
        execute: Callable[[C, Sequence[Work]], list[Outcome]],
    ) -> None:
        self._connect, self._execute = connect, execute
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._places = asyncio.Semaphore(MAX_WAITING)
        self._name = name
        self._thread: threading.Thread | None = None
        self._open = False

    async def open(self) -> None:
        """Start the thread and connect; raises what connecting raises."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[object] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()
        await self._ready
        self._open = True

    async def close(self) -> None:
        """Finish what was asked for and disconnect. Idempotent."""
        if self._open:
            self._open = False
            self._calls.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def run(self, work: Callable[[Database], T]) -> T:
        """The value of `work`, run on the thread; raises what it raises."""
        await self._places.acquire()
        if not self._open:
            self._places.release()
            raise Unavailable("The store is closed.")
        answer: asyncio.Future[object] = self._loop.create_future()
        self._calls.put(_Call(work, answer))
        return cast("T", await answer)

    def _run(self) -> None:
        try:
            connection = self._connect()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever opens the lane
            self._tell(_answer, self._ready, Outcome(error=error))
            return
        self._tell(_answer, self._ready, Outcome())
        try:
            self._serve(connection)
        finally:
            connection.close()

    def _serve(self, connection: C) -> None:
        while (first := self._calls.get()) is not None:
            batch, more = self._gather(first)
            self._tell(self._deliver, batch, self._outcomes(connection, batch))
            if not more:
                return

    def _outcomes(self, connection: C, batch: Sequence[_Call]) -> list[Outcome]:
        try:
            return self._execute(connection, [call.work for call in batch])
        except Exception as error:  # noqa: BLE001 - the thread must outlive a broken disk
            return [Outcome(error=error) for _ in batch]

    def _gather(self, first: _Call) -> tuple[list[_Call], bool]:
        """`first` and what came after it; False when the lane is to close."""
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                call = self._calls.get_nowait()
            except Empty:
                break
            if call is None:
                return batch, False
            batch.append(call)
        return batch, True

    def _deliver(self, batch: Sequence[_Call], outcomes: Sequence[Outcome]) -> None:
        for call, outcome in zip(batch, outcomes, strict=True):
            self._places.release()
            _answer(call.answer, outcome)

    def _tell(self, tell: Callable[..., None], *values: object) -> None:
        try:
            self._loop.call_soon_threadsafe(tell, *values)
        except RuntimeError:
            return  # the loop has ended: nobody waits for the answer any more


def _answer(future: asyncio.Future[object], outcome: Outcome) -> None:
    if future.done():
        return  # the caller was cancelled
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)
