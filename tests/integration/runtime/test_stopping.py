"""A stop with twelve turns at work: each ends within the grace, or goes on after the next start.

Bar A9. spec: 9.1 9.2 9.3
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from carrel.core.model import SessionKey
from carrel.engines.script import Say, Wait
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.store import StoreParts
from carrel.stores.sqlite import build
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House

TURNS = 12
GRACE = 60.0
PLACES = [f"c{number}" for number in range(TURNS)]
SOON, LATE = PLACES[: TURNS // 2], PLACES[TURNS // 2 :]


@asynccontextmanager
async def house_in(home: Path, engine: ScriptedEngine):
    clock = ManualClock()
    store = build(StoreParts(home, clock))
    house = House(home / "s", store=store, clock=clock, engine=engine, max_live=TURNS)
    async with house:
        yield house
    await store.close()


def answers(house: House) -> list[str]:
    return [text for place in PLACES for text in house.platform.answers(place)]


async def at_work(house: House) -> None:
    for place in PLACES:
        await house.say(place, place, identity=place)
    while len(house.engine.heard.prompts) < TURNS:  # noqa: ASYNC110 - the store has its own thread
        await asyncio.sleep(0)


@pytest.mark.parametrize("hurried", [True, False])
async def test_twelve_turns_end_in_time_or_go_on(tmp_path: Path, *, hurried: bool) -> None:
    gates = {place: Wait() for place in PLACES}
    engine, hurry = ScriptedEngine(lambda text: (gates[text], Say(text))), asyncio.Event()
    async with house_in(tmp_path, engine) as house:
        await at_work(house)
        grace = GRACE if hurried else 2.0
        stopping = asyncio.Task(house.registry.stop(grace, hurry))
        await settle()
        for place in SOON:
            gates[place].gate.set()
        await house.platform.until(lambda: len(answers(house)) == len(SOON))
        assert not stopping.done()
        if hurried:
            hurry.set()
        async with asyncio.timeout(10):
            await stopping
        assert answers(house) == SOON
        assert not any(live.alive for live in engine.heard.lives)
        for place in LATE:
            loaded = await house.store.claim(SessionKey(f"fake:{place}"), "test")
            assert loaded.session.turn.attempt == 0, "it keeps its tries"
    after = ScriptedEngine(lambda text: (Say(text),))
    async with house_in(tmp_path, after) as again:
        await again.platform.until(lambda: len(answers(again)) == len(LATE))
        assert answers(again) == LATE
        assert sorted(prompt.text for prompt in after.heard.prompts) == sorted(LATE)
