from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.testing.clock import ManualClock, settle
from carrel.voice import local
from carrel.voice.local import CLOSED, IDLE_S, LocalTranscriber


class FakeWorker:
    """Answers with the recording's name; `hang` only ends with the worker, `crash` ends it."""

    def __init__(self) -> None:
        self.runs = True
        self.ended = False
        self.asked: list[str] = []
        self._killed = asyncio.Event()

    async def ask(self, recording: Path) -> dict[str, str]:
        assert self.runs
        self.asked.append(recording.name)
        if recording.name == "hang":
            await self._killed.wait()
        if recording.name == "crash" or not self.runs:
            self.kill()
            raise Unavailable("ended")
        return {"missing": "x"} if recording.name == "missing" else {"text": recording.name}

    def kill(self) -> None:
        self.runs = False
        self._killed.set()

    async def end(self) -> None:
        self.kill()
        await asyncio.sleep(0)
        self.ended = True


class Room:
    """A transcriber, its clock and the workers that it has started."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.workers: list[FakeWorker] = []
        self.door = asyncio.Event()
        self.door.set()
        self.ears = LocalTranscriber(self.start, self.clock)

    async def start(self) -> FakeWorker:
        await self.door.wait()
        self.workers.append(FakeWorker())
        return self.workers[-1]

    def hears(self, name: str) -> asyncio.Task[str]:
        return asyncio.create_task(self.ears.transcribe(Path(name)))

    @property
    def ended(self) -> list[bool]:
        return [worker.ended for worker in self.workers]


@pytest.fixture
async def room():
    made = Room()
    yield made
    await made.ears.close()
    assert all(made.ended)
    assert len(asyncio.all_tasks()) == 1


async def test_one_worker_serves_one_after_another(room) -> None:
    assert room.workers == []
    both = room.hears("a"), room.hears("b")
    assert await asyncio.gather(*both) == ["a", "b"]
    (worker,) = room.workers
    assert worker.asked == ["a", "b"]


async def test_others_wait_while_one_is_listened_to(room) -> None:
    first, second = room.hears("hang"), room.hears("b")
    await settle()
    assert room.workers[0].asked == ["hang"]
    first.cancel()
    assert await second == "b"


async def test_an_idle_worker_is_ended_and_the_next_recording_starts_one(room) -> None:
    await room.hears("a")
    await room.clock.advance(IDLE_S - 1)
    await room.hears("b")
    await room.clock.advance(IDLE_S - 1)
    assert room.ended == [False]
    await room.clock.advance(1)
    assert room.ended == [True]
    assert await room.hears("c") == "c"
    assert room.ended == [True, False]


async def test_a_worker_that_says_no_goes_idle_like_any_other(room) -> None:
    with pytest.raises(Refused):
        await room.hears("missing")
    await room.clock.advance(IDLE_S)
    assert room.ended == [True]


async def test_a_worker_that_listens_is_not_idle(room) -> None:
    await room.hears("a")
    task = room.hears("hang")
    await settle()
    await room.clock.advance(2 * IDLE_S)
    assert room.ended == [False]
    task.cancel()
    await asyncio.wait({task})


async def test_too_long_a_recording_ends_the_worker(room, monkeypatch) -> None:
    monkeypatch.setattr(local, "LIMIT_S", 0.05)
    with pytest.raises(Unavailable, match="was not understood in"):
        await room.hears("hang")
    assert room.ended == [True]
    assert await room.hears("b") == "b"


async def test_a_caller_who_goes_away_ends_the_worker(room) -> None:
    task = room.hears("hang")
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert room.ended == [True]


async def test_a_crash_is_unavailable_once(room) -> None:
    with pytest.raises(Unavailable):
        await room.hears("crash")
    assert room.ended == [True]
    assert await room.hears("b") == "b"


async def test_a_worker_that_died_unasked_is_replaced_unseen(room) -> None:
    await room.hears("a")
    room.workers[0].kill()
    assert await room.hears("b") == "b"
    assert room.ended == [True, False]


async def test_close_tells_who_is_heard_and_who_waits(room) -> None:
    tasks = [room.hears("hang"), room.hears("b")]
    await settle()
    await room.ears.close()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in told] == [Unavailable, Unavailable]
    assert room.ended == [True]
    await room.ears.close()
    with pytest.raises(Unavailable) as last:
        await room.hears("c")
    assert str(last.value) == CLOSED
    assert len(room.workers) == 1


async def test_close_ends_a_worker_that_is_just_being_started(room) -> None:
    room.door.clear()
    task = room.hears("a")
    await settle()
    closing = asyncio.create_task(room.ears.close())
    await settle()
    room.door.set()
    await closing
    with pytest.raises(Unavailable, match="is stopping"):
        await task
    assert (room.ended, room.workers[0].asked) == ([True], [])


async def test_close_ends_an_idle_worker_and_its_waiting(room) -> None:
    await room.hears("a")
    await room.ears.close()
    assert room.ended == [True]
