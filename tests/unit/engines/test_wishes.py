from __future__ import annotations

import asyncio

import pytest

from carrel.core.errors import Refused
from carrel.core.model import TurnId
from carrel.core.wishes import Wish
from carrel.engines import wishes as module
from carrel.engines.wishes import NO_WORD, Wishes

TURN, WISH = TurnId("s#1"), Wish("list")


async def wished(wishes: Wishes) -> asyncio.Task[str]:
    task = asyncio.ensure_future(wishes.wish(TURN, "c1", WISH))
    await asyncio.sleep(0)
    return task


async def test_a_wish_waits_for_the_first_word() -> None:
    told = []
    wishes = Wishes(told.append)
    task = await wished(wishes)
    wishes.reply("other", "no", ok=False)
    wishes.reply("c1", "noted", ok=True)
    wishes.reply("c1", "never", ok=False)
    assert await task == "noted"
    assert [(one.turn, one.call, one.wish) for one in told] == [(TURN, "c1", WISH)]


async def test_a_refusal_is_one() -> None:
    wishes = Wishes(lambda _: None)
    task = await wished(wishes)
    wishes.reply("c1", "There is none.", ok=False)
    with pytest.raises(Refused, match="There is none"):
        await task


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    with pytest.raises(Refused, match="did not say"):
        await Wishes(lambda _: None).wish(TURN, "c1", WISH)
    assert NO_WORD
