"""What failed can be had again, and a session that cannot be run is set aside in the open."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Refused, Unavailable
from carrel.core.events import StatusAsked
from carrel.core.messages import Mark
from carrel.core.model import Conversation, SessionKey
from carrel.core.turns import MAX_ATTEMPTS
from carrel.engines.script import Lose, Say
from carrel.engines.scripted import ScriptedEngine
from carrel.runtime.letters import DeadLetters
from carrel.runtime.registry import MOST_CRASHES, SET_ASIDE
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import House

KEY = SessionKey("fake:a")


class Poisoned(MemoryStore):
    """Cannot load the session as long as a certain message waits in it."""

    async def claim(self, key, host):
        loaded = await super().claim(key, host)
        if any("poison" in prompt.text for prompt in loaded.session.waiting):
            raise ValueError("no such thing")
        return loaded


def signs(house: House) -> dict[str, str]:
    shown = house.platform.shown.values()
    return {str(o.body.message): o.body.sign for o in shown if isinstance(o.body, Mark)}


def letters(house: House) -> DeadLetters:
    return DeadLetters(house.store, house.registry, house.clock)


async def pass_time(house: House) -> None:
    for _ in range(MOST_CRASHES + 1):
        await settle()
        await house.clock.advance(31.0)


async def test_a_session_that_fails_just_now_is_not_said_to_have_been_told(tmp_path) -> None:
    """spec: 18.2"""
    with capture_logs():
        async with House(tmp_path, store=Poisoned()) as house:
            await house.say("poison")
            await settle()
            with pytest.raises(Unavailable, match="in a moment"):
                await house.registry.ask(KEY, StatusAsked("fake/c", Conversation("fake", "a")))


async def test_a_message_that_breaks_its_session_is_set_aside_and_the_next_is_answered(
    tmp_path,
) -> None:
    """spec: 18.2"""
    with capture_logs():
        async with House(tmp_path, store=Poisoned()) as house:
            await house.say("poison")
            await pass_time(house)
            assert house.platform.notices() == [SET_ASIDE]
            assert signs(house) == {"fake/m1": "failed"}
            await house.say("hello")
            await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
            (one,) = await letters(house).listing()
            assert (one.inbound.text, one.why) == ("poison", SET_ASIDE)


async def test_a_store_that_is_away_in_that_moment_is_asked_again(tmp_path) -> None:
    """spec: 18.2"""

    class Moody(Poisoned):
        moods = 1

        async def set_aside(self, key, why, at):
            if self.moods:
                self.moods -= 1
                raise Unavailable("the store is away")
            return await super().set_aside(key, why, at)

    with capture_logs():
        async with House(tmp_path, store=Moody()) as house:
            await house.say("poison")
            await pass_time(house)
            await pass_time(house)
            assert house.platform.notices() == [SET_ASIDE]


async def test_a_store_that_is_away_sets_nothing_aside(tmp_path) -> None:
    """The world's trouble is no fault of a message's."""
    from carrel.core.errors import Unavailable

    class Away(MemoryStore):
        away = 20

        async def claim(self, key, host):
            if Away.away:
                Away.away -= 1
                raise Unavailable("the store is away")
            return await super().claim(key, host)

    with capture_logs():
        async with House(tmp_path, store=Away()) as house:
            await house.say("hello")
            for _ in range(25):
                await house.clock.advance(31.0)
            await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
            assert await letters(house).listing() == ()


@pytest.fixture
async def failed(tmp_path):
    """A house in which the engine died of one message three times."""
    dies = [True] * MAX_ATTEMPTS

    def script(text: str):
        return (Lose(),) if text == "hard" and dies and dies.pop() else (Say(f"echo: {text}"),)

    async with House(tmp_path, engine=ScriptedEngine(script)) as house:
        await house.say("hard")
        for _ in range(MAX_ATTEMPTS + 1):
            await house.clock.advance(3.0)
        assert signs(house) == {"fake/m1": "failed"}
        yield house


async def test_what_was_lost_three_times_is_tried_again_when_the_operator_says_so(failed) -> None:
    """spec: 18.2"""
    (one,) = await letters(failed).listing()
    assert "Set aside after 3 tries" in one.why
    await letters(failed).settle("fake/m1", again=True)
    await failed.platform.until(lambda: failed.platform.answers() == ["echo: hard"])
    await settle()
    assert signs(failed) == {"fake/m1": "answered"}
    assert await letters(failed).listing() == ()


async def test_what_is_let_go_of_is_listed_no_more(failed) -> None:
    await letters(failed).settle("fake/m1", again=False)
    await settle()
    assert await letters(failed).listing() == ()
    assert signs(failed) == {"fake/m1": "stopped"}
    assert failed.platform.answers() == []


async def test_only_what_failed_can_be_had_again(failed) -> None:
    with pytest.raises(Refused, match="has failed"):
        await letters(failed).settle("fake/m2", again=True)
