from __future__ import annotations

import asyncio
import os
import signal

import pytest

from carrel.runtime.endings import Endings
from carrel.testing.clock import settle


@pytest.fixture
async def endings():
    yield Endings()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().remove_signal_handler(number)


async def test_the_first_signal_stops_and_the_second_hurries(endings) -> None:
    endings.listen()
    for stopped, hurried in ((True, False), (True, True)):
        os.kill(os.getpid(), signal.SIGTERM)
        await settle()
        assert (endings.stop.is_set(), endings.hurry.is_set()) == (stopped, hurried)
    assert not endings.patient


async def test_to_drain_is_to_end_with_patience(endings) -> None:
    endings.drain()
    assert endings.stop.is_set()
    assert endings.patient


async def farewell() -> None:
    """Nothing has to be done before."""


async def test_what_has_to_be_done_before_the_end_is_done_first_and_may_fail(endings) -> None:
    done = []

    async def failing() -> None:
        done.append(awaited.done())
        raise ValueError

    awaited = asyncio.create_task(endings.before(asyncio.Event().wait(), failing))
    await settle()
    endings.stop.set()
    assert await awaited is False
    assert done == [False]


async def test_what_is_awaited_is_cut_off_when_the_end_comes_first(endings) -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleanly")

    awaited = asyncio.create_task(endings.before(work(), farewell))
    await settle()
    assert not awaited.done()
    endings.stop.set()
    assert await awaited is False
    assert ended == ["cleanly"]


async def test_what_ends_before_is_let_be(endings) -> None:
    assert await endings.before(asyncio.sleep(0), farewell) is True


@pytest.mark.parametrize("error", [TimeoutError, ValueError])
async def test_what_fails_before_raises(endings, error) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(error):
        await endings.before(work(), farewell)
