"""A turn that takes the gateway with it each time is set aside, and nobody else waits for it.

Bar A10. spec: 7.3 9.2
"""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from pathlib import Path

from carrel.core.turns import MAX_ATTEMPTS
from carrel.engines.script import Hang, Say
from carrel.engines.scripted import ScriptedEngine
from carrel.ports.store import StoreParts
from carrel.stores.sqlite import build
from carrel.testing.clock import ManualClock
from carrel.testing.house import House

POISON = "poison"


def script(text: str):
    return (Hang(),) if text == POISON else (Say(f"echo: {text}"),)


@asynccontextmanager
async def house_in(home: Path, clock: ManualClock):
    """A gateway on a home; how it ends does not matter, for its files were copied before."""
    store = build(StoreParts(home, clock))
    async with House(home / "s", store=store, clock=clock, engine=ScriptedEngine(script)) as house:
        yield house
    await store.close()


def killed(home: Path, name: str) -> Path:
    """The files as they lie there now, for the next process; the disk holds every commit."""
    left = home.with_name(name)
    left.mkdir()
    for file in ("carrel.db", "carrel.db-wal"):
        shutil.copy(home / file, left / file)
    return left


def asked(house: House) -> list[str]:
    return [prompt.text for prompt in house.engine.heard.prompts]


async def poison_is_asked(house: House, clock: ManualClock) -> None:
    """Until the engine has it; a later try waits a little."""
    while POISON not in asked(house):
        await clock.advance(1.0)


async def test_it_is_set_aside_and_the_others_stay_up(tmp_path: Path) -> None:
    clock, home = ManualClock(), tmp_path / "home"
    home.mkdir()
    async with house_in(home, clock) as house:
        await house.say(POISON, identity="p")
        await house.say("behind it", identity="b")
        await poison_is_asked(house, clock)
        left = killed(home, "killed 1")
    for boot in range(2, MAX_ATTEMPTS + 1):
        async with house_in(left, clock) as again:
            await poison_is_asked(again, clock)
            await again.say(f"boot {boot}", "elsewhere", identity=f"e{boot}")
            await again.platform.until(lambda: bool(again.platform.answers("elsewhere")))
            next_left = killed(left, f"killed {boot}")
        left = next_left
    async with house_in(left, clock) as last:
        await last.platform.until(lambda: last.platform.answers() == ["echo: behind it"])
        assert any("Set aside after 3 tries" in notice for notice in last.platform.notices())
        assert POISON not in asked(last)
        await last.say("hello", "elsewhere", identity="h")
        await last.platform.until(lambda: bool(last.platform.answers("elsewhere")))
