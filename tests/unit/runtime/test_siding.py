"""A message that waits, said in a side thread in place of where it was. spec: 14.11"""

from __future__ import annotations

import asyncio

import pytest

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation
from carrel.core.routing import PlaceRule, Rules
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.platform import Refusal, Side
from carrel.runtime.siding import NOWHERE, SHARED
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House, RecordingPlatform

ASIDE = Conversation("fake", "a-1", within=("a",))


class Threaded(RecordingPlatform):
    """A platform with side threads; `failures_of_sides` are raised one by one."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures_of_sides = list(failures)

    async def plan_side(self, _beside: Conversation, title: str, _nonce: str) -> Side:
        return Side(ASIDE, f"#{title}")

    async def open_side(self, _side: Side, _title: str) -> None:
        if self.failures_of_sides:
            raise self.failures_of_sides.pop()


async def asked(house: House) -> None:
    await house.say("hang", identity="m1")
    await house.say("second", identity="m2")
    await house.say("/waiting side fake/m2", identity="press.1")
    await settle()


async def test_it_is_answered_there_and_not_here(tmp_path) -> None:
    async with House(tmp_path, platform=Threaded()) as house:
        await asked(house)
        await house.platform.until(lambda: house.platform.answers("a-1") == ["echo: second"])
        assert any("from here: #second" in text for text in house.platform.notices())
        assert "Ada: second" in house.platform.notices()
        await house.say("/stop")
        await settle()
        assert (await house.store.session("fake:a")).waiting == 0
        assert await house.store.state("fake", "m2") == "superseded"
        assert len(house.engine.heard.prompts) == 2


async def test_a_kill_on_the_way_says_it_there_once(tmp_path) -> None:
    """The command is stored and the message is there already; then the gateway is killed."""
    store, engine = MemoryStore(), ScriptedEngine()
    async with House(tmp_path, store=store, engine=engine, platform=Threaded()) as house:
        await house.say("hang", identity="m1")
        await house.say("second", identity="m2")
        await house.intake.accept(Inbound("fake", "aside.m2", ASIDE, ADA, "second", addressed=True))
        await house.platform.until(lambda: house.platform.answers("a-1") == ["echo: second"])
        route = house.intake._route(Conversation("fake", "a"))
        here, word, now = Conversation("fake", "a"), "/waiting side fake/m2", house.clock.now()
        press = Inbound("fake", "press.1", here, ADA, word, at=now)
        await store.accept(press, route, 1.0, command=True)
    async with House(tmp_path, store=store, engine=engine, platform=Threaded()) as house:
        await house.platform.until(lambda: any("from here" in n for n in house.platform.notices()))
        await settle()
        assert await store.state("fake", "m2") == "superseded"
        assert [p.text for p in engine.heard.prompts].count("second") == 1


async def test_it_is_carried_through_though_the_session_has_been_idle_for_long(tmp_path) -> None:
    gate, rests = asyncio.Event(), []

    class Slow(Threaded):
        async def open_side(self, _side: Side, _title: str) -> None:
            await gate.wait()

    async with House(tmp_path, platform=Slow(), idle=0.01) as house:
        await asked(house)
        await house.say("/stop")
        for actor in house.registry._working():
            actor._hands.vacate = lambda: _rested(rests)
        while len(rests) < 4:
            await settle()
        assert house.registry.awake == 1
        gate.set()
        await house.platform.until(lambda: house.platform.answers("a-1") == ["echo: second"])


async def _rested(rests: list[int]) -> None:
    rests.append(1)


@pytest.mark.parametrize("failure", [Refusal("no"), Unavailable("away"), ValueError("broken")])
async def test_what_cannot_be_moved_goes_on_waiting(tmp_path, failure) -> None:
    async with House(tmp_path, platform=Threaded(failure)) as house:
        await asked(house)
        await house.platform.until(lambda: bool(house.platform.notices()))
        assert (await house.store.session("fake:a")).waiting == 1
        assert house.platform.answers("a-1") == []


async def test_where_there_are_none_or_they_share_the_session_it_is_said(tmp_path) -> None:
    async with House(tmp_path) as house:
        await asked(house)
        await house.platform.until(lambda: NOWHERE in house.platform.notices())
    shares = Rules(waiting="queue", places={"fake:a-1": PlaceRule(session="fake:a")})
    async with House(tmp_path, platform=Threaded(), rules=shares) as house:
        await asked(house)
        await house.platform.until(lambda: SHARED in house.platform.notices())
