"""Many sessions at once: under one cap, in their order, and none held up by one that is stuck.

Bars C3 and C4.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from carrel.core.messages import Outbound
from carrel.core.model import Conversation
from carrel.engines.script import Hang, Say, Tool
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.engine import EngineSpec, Tell
from carrel.ports.platform import Receipt
from carrel.testing.house import House, RecordingPlatform

CROWD, CAP = 500, 8
LIVE = [f"live{number}" for number in range(99)]
STUCK = "stuck"
PATIENCE = 2000
"""Rounds of the event loop; they are counted, since times say nothing on a busy machine."""


async def test_five_hundred_asked_at_once_are_served_in_their_order_under_the_cap(
    tmp_path: Path,
) -> None:
    """spec: 10.4"""
    engine = ScriptedEngine(lambda text: (Tool("Bash", "work"), Say(text)))
    places = [f"c{number}" for number in range(CROWD)]
    async with House(tmp_path, engine=engine, max_live=CAP) as house:
        await asyncio.gather(*(house.say(place, place) for place in places))
        shown = house.platform.answers
        await house.platform.until(lambda: len(engine.heard.prompts) == CROWD)
        await house.platform.until(lambda: all(map(shown, places)))
        assert [shown(place) for place in places] == [[place] for place in places]
        assert engine.heard.most_alive == CAP
        assert [prompt.text for prompt in engine.heard.prompts] == places


class Sticky(RecordingPlatform):
    """Never comes back where somebody is stuck."""

    async def send(self, outbound: Outbound, ref: str | None, *, again: bool) -> Receipt:
        if outbound.conversation.channel == STUCK:
            await asyncio.Event().wait()
        return await super().send(outbound, ref, again=again)

    async def typing(self, conversation: Conversation) -> None:
        if conversation.channel == STUCK:
            await asyncio.Event().wait()
        await super().typing(conversation)


class Slow(ScriptedEngine):
    """Never opens for who is stuck."""

    async def open(self, spec: EngineSpec, tell: Tell):
        if spec.workspace.key == f"fake:{STUCK}":
            await asyncio.Event().wait()
        return await super().open(spec, tell)


def script(text: str):
    return (Hang(),) if text == STUCK else (Tool("Bash", "work"), Say(text))


async def until_answered(house: House) -> list[int]:
    """After how many rounds each of the others has its answer, the quickest first."""
    saying = asyncio.gather(*(house.say(place, place) for place in LIVE))
    waiting, found = set(LIVE), []
    for number in range(PATIENCE):
        served = {place for place in waiting if house.platform.answers(place)}
        found += [number] * len(served)
        waiting -= served
        if not waiting:
            await saying
            return found
        await asyncio.sleep(0)
    raise AssertionError(f"held up: {sorted(waiting)[:5]}")


def house_with(home: Path, engine: ScriptedEngine, platform: RecordingPlatform) -> House:
    return House(home, engine=engine, platform=platform, max_live=len(LIVE) + 1)


@pytest.mark.parametrize("what", ["its turn", "its start", "its place"])
async def test_one_that_is_stuck_holds_up_none_of_ninety_nine(tmp_path: Path, what: str) -> None:
    """spec: 3.4 7.1"""
    engine = Slow(script) if what == "its start" else ScriptedEngine(script)
    platform = (Sticky if what == "its place" else RecordingPlatform)(typing_every=8.0)
    plain = house_with(tmp_path / "plain", ScriptedEngine(script), RecordingPlatform())
    async with plain as house:
        usual = await until_answered(house)
    async with house_with(tmp_path / "stuck", engine, platform) as house:
        await house.say(STUCK, STUCK)
        beside = await until_answered(house)
        assert house.platform.answers(STUCK) == []
    at = len(LIVE) * 95 // 100
    assert beside[at] <= usual[at] * 1.1
