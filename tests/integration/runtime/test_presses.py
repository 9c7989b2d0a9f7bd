"""A request is answered once, by who may, where it was asked, and by nothing that looks like it.

Bar D2. spec: 5.3 8.7 13.14
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from carrel.core.messages import ApprovalCard
from carrel.core.model import Sender
from carrel.engines.scripted import ScriptedEngine
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import House

MIA = Sender("fake", "mia", "Mia")
EVE = Sender("fake", "eve", "Eve")


def cards(house: House) -> dict[str, ApprovalCard]:
    """The card in each conversation, as it is now."""
    shown = house.platform.shown.values()
    return {
        one.conversation.channel: one.body for one in shown if isinstance(one.body, ApprovalCard)
    }


@pytest.fixture
async def asking(tmp_path) -> AsyncIterator[tuple[House, str, str]]:
    """Two conversations with an open request each, and the names of the requests."""
    async with House(tmp_path) as house:
        for place in ("a", "b"):
            await house.say("ask May I?", place)
        await settle()
        assert cards(house).keys() == {"a", "b"}, "each is asked where it came up, and only there"
        yield house, cards(house)["a"].approval, cards(house)["b"].approval


def still_asked(house: House) -> list[str]:
    return sorted(place for place, card in cards(house).items() if card.state == "open")


async def test_a_request_of_another_conversation_is_not_answered(asking) -> None:
    house, of_a, of_b = asking
    await house.say(f"/allow {of_a}", "b")
    await house.say(f"/deny {of_b}", "a")
    await house.say(f"/allow {of_a}", "c")
    await settle()
    assert still_asked(house) == ["a", "b"]
    assert house.platform.answers("a") == house.platform.answers("b") == []


FORGED: dict[str, Callable[[str], str]] = {
    "none": lambda _: "",
    "another": lambda _: "x",
    "shorter": lambda name: name[:-1],
    "longer": lambda name: f"{name}0",
    "a path": lambda name: f"../{name}",
    "a mark that shows nothing": lambda name: f"\u200b{name}",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_name_answers_nothing(asking, forged: Callable[[str], str]) -> None:
    house, of_a, _ = asking
    for word in ("allow", "deny", "always"):
        await house.say(f"/{word} {forged(of_a)}")
    await settle()
    assert still_asked(house) == ["a", "b"]


@pytest.mark.parametrize("who", [MIA, EVE])
async def test_who_may_not_answer_answers_nothing(asking, who: Sender) -> None:
    house, of_a, _ = asking
    for word in ("allow", "deny", "always", "allow session"):
        await house.say(f"/{word} {of_a}", sender=who)
    await settle()
    assert still_asked(house) == ["a", "b"]


async def test_the_first_answer_wins_also_when_it_is_given_again(asking) -> None:
    house, of_a, _ = asking
    await house.say(f"/deny {of_a} no", identity="first")
    await house.say(f"/allow {of_a}", identity="second")
    assert (await house.say(f"/allow {of_a}", identity="first")).outcome == "duplicate"
    await house.platform.until(lambda: house.platform.answers("a") == ["denied: no"])
    await settle()
    assert cards(house)["a"].state == "denied"
    assert still_asked(house) == ["b"]


async def test_after_a_kill_the_first_answer_wins_too_and_an_old_one_is_worth_nothing(
    tmp_path,
) -> None:
    store, engine = MemoryStore(), ScriptedEngine()
    async with House(tmp_path, store=store, engine=engine) as house:
        await house.say("ask May I?", identity="m")
        await settle()
        name = cards(house)["a"].approval
    async with House(tmp_path, store=store, engine=engine) as again:
        await settle()
        await again.say(f"/allow {name}", identity="p1")
        await again.say(f"/deny {name}", identity="p2")
        await again.platform.until(lambda: again.platform.answers() == ["allowed"])
        assert (await again.say(f"/allow {name}", identity="p1")).outcome == "duplicate"
        await again.say("ask May I?", identity="m2")
        await settle()
        await again.say(f"/allow {name}", identity="p3")
        await settle()
        assert still_asked(again) == ["a"], "the same words asked anew are asked anew"
