"""Typing is shown while a turn is at work, and stops with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from carrel.core.model import Conversation
from carrel.core.routing import Rules
from carrel.core.turns import MAX_ATTEMPTS
from carrel.engines.scripted import ScriptedEngine
from carrel.runtime.typing import Typing
from carrel.stores.memory import MemoryStore
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


class Breaking(MemoryStore):
    """Raises what nobody foresaw, once it is `broken`."""

    broken = False

    async def save(self, fence, records, at) -> None:
        if self.broken:
            raise ValueError("a bug")
        await super().save(fence, records, at)


async def vanish(house: House) -> None:
    await house.intake.vanish(HERE)


async def crash(house: House) -> None:
    house.store.broken = True
    house.engine.heard.lives[-1].die()


async def lose_it(house: House) -> None:
    for _ in range(MAX_ATTEMPTS):
        house.engine.heard.lives[-1].die()
        await settle()
        await house.clock.advance(3)


ENDS: dict[str, Callable[[House], Awaitable[object]]] = {
    "answered": lambda house: house.say("hello"),
    "failed": lambda house: house.say("fail"),
    "limited": lambda house: house.say(f"limit {house.clock.now() + 3600}"),
    "stopped": lambda house: house.say("/stop"),
    "renewed": lambda house: house.say("/new"),
    "lost again and again": lose_it,
    "deleted": vanish,
    "crashed": crash,
    "halted": lambda house: house.stop(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
async def test_it_stops_however_a_turn_ends(tmp_path, end) -> None:
    """Within ten seconds: bar C6."""
    clock, platform = ManualClock(), RecordingPlatform(typing_every=8.0)
    parts = {"clock": clock, "engine": ScriptedEngine(clock=clock), "store": Breaking()}
    with capture_logs():
        async with House(
            tmp_path, platform=platform, rules=Rules(waiting="interrupt"), **parts
        ) as house:
            await house.say("hang")
            await settle()
            await house.clock.advance(8)
            assert len(platform.typed) == 2, "it is at work"
            await end(house)
            await settle()
            shown = len(platform.typed)
            await house.clock.advance(60)
            assert len(platform.typed) == shown
            house.store.broken = False
