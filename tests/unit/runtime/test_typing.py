"""Typing is shown while a turn is at work, and stops with it."""

from __future__ import annotations

import pytest

from carrel.core.model import Conversation
from carrel.runtime.typing import Typing
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House, RecordingPlatform

HERE, THERE = Conversation("fake", "a"), Conversation("fake", "b")


@pytest.fixture
async def typing():
    clock, platform = ManualClock(), RecordingPlatform(typing_every=8.0)
    one = Typing({"fake": platform}, clock)
    yield one, clock, platform
    await one.close()


async def test_it_is_said_again_and_again(typing) -> None:
    one, clock, platform = typing
    one.keep(HERE)
    one.keep(HERE)
    await settle()
    assert platform.typed == [HERE]
    await clock.advance(8)
    assert platform.typed == [HERE, HERE]


async def test_and_never_after_it_stopped(typing) -> None:
    one, clock, platform = typing
    one.keep(HERE)
    one.keep(THERE)
    await settle()
    one.stop(HERE)
    one.stop(HERE)
    await clock.advance(8)
    assert platform.typed == [HERE, THERE, THERE]


async def test_where_nothing_shows_it_nothing_is_done() -> None:
    silent = RecordingPlatform()
    one = Typing({"fake": silent}, ManualClock())
    one.keep(HERE)
    one.keep(Conversation("elsewhere", "a"))
    await settle()
    assert silent.typed == []
    await one.close()


async def test_a_turn_shows_it_until_its_end_and_not_while_it_waits_for_a_person(tmp_path) -> None:
    platform = RecordingPlatform(typing_every=8.0)
    async with House(tmp_path, platform=platform) as house:
        await house.say("ask May I?")
        await settle()
        assert platform.typed == [HERE]
        await house.clock.advance(30)
        assert platform.typed == [HERE]
        await house.say("/stop")
        await house.say("hang")
        await settle()
        shown = len(platform.typed)
        assert shown > 1
        await house.clock.advance(8)
        assert len(platform.typed) == shown + 1
        await house.say("/stop")
        await settle()
        await house.clock.advance(30)
        assert len(platform.typed) <= shown + 2
