"""The turns' accounting against a program that plays the CLI; the real one is in integration."""

from __future__ import annotations

import time

import pytest

from carrel.core.events import Answered, Taken, TurnEnded
from carrel.core.model import Turn, TurnId
from carrel.engines.claude import live as module
from carrel.engines.claude.live import LiveClaude
from carrel.engines.claude.sharing import Sharing
from carrel.ports.engine import Delivered
from carrel.testing.engine_conformance import Driver, Told, prompt


class WallClock:
    now = monotonic = staticmethod(time.monotonic)


@pytest.fixture
def opened(played):
    async def make(script: str) -> Driver:
        told = Told()
        launch = played(script)
        clock = WallClock()
        live = LiveClaude(launch, told, None, clock, lambda _token: None, Sharing(clock))
        await live.start(launch)
        return Driver(live, told)

    return make


async def test_a_strangers_result_does_not_end_the_turn(opened):
    driver = await opened("odd")
    ended = await driver.ask("hello")
    await driver.live.close()
    assert (ended.reason, ended.read) == ("done", ("console/1.0",))
    assert ended.text == "(Meanwhile: hi)\n\nhi"
    assert len(driver.told.all(TurnEnded)) == 1


async def test_a_program_that_dies_loses_the_turn(opened):
    driver = await opened("die")
    ended = await driver.ask("hello")
    assert (ended.reason, ended.resume) == ("lost", None)
    assert ended.text.startswith("Claude")
    await driver.live.close()


async def test_a_program_that_says_nothing_is_given_up(opened, monkeypatch):
    monkeypatch.setattr(module, "SILENCE_S", 0.2)
    driver = await opened("silent")
    ended = await driver.ask("hello")
    assert (ended.reason, driver.live.alive) == ("lost", False)
    assert "said nothing" in ended.text
    await driver.live.close()


async def test_a_program_that_does_not_stop_is_killed(opened, monkeypatch):
    monkeypatch.setattr(module, "STOP_S", 0.3)
    driver = await opened("deaf")
    turn = await driver.start("hello")
    await driver.told.wait_until(lambda: True)
    await driver.live.interrupt(turn)
    ended = await driver.told.ended(seconds=5)
    await driver.live.close()
    assert ended.reason == "stopped"
    assert len(driver.told.all(TurnEnded)) == 1


async def test_an_answer_that_comes_as_its_turn_is_stopped_ends_no_other_message(opened):
    """What was steered in behind it is stopped, and said to be: it was answered by nothing."""
    driver = await opened("slow")
    one, two = prompt("a/1", "hello"), prompt("a/2", "and this")
    turn = Turn(TurnId("k#1"), (one,))
    await driver.live.prompt(turn, (Delivered(one),))
    await driver.told.wait_for(Taken)
    await driver.live.steer(turn.id, Delivered(two))
    await driver.told.wait_until(lambda: len(driver.told.all(Taken)) > 1)
    await driver.live.interrupt(turn.id)
    ended = await driver.told.ended()
    await driver.live.close()
    assert [(a.read, a.text) for a in driver.told.all(Answered)] == [((one.id,), "hi")]
    assert (ended.reason, ended.text) == ("stopped", "")


async def test_cost_is_the_difference(opened):
    driver = await opened("echo")
    costs = [(await driver.ask("hello")).usage.cost for _ in range(2)]
    await driver.live.close()
    assert costs == [0.5, 0.0]


async def test_a_turn_that_has_used_up_what_it_may_spend_is_stopped(opened):
    """The CLI that is played here has spent 0.25 dollars. spec: 15.5"""
    driver = await opened("costly")
    one = prompt("a/1", "hello")
    turn = Turn(TurnId("k#1"), (one,), allowance=0.2)
    await driver.live.prompt(turn, (Delivered(one),))
    ended = await driver.told.ended()
    await driver.live.close()
    assert (ended.reason, ended.text) == ("failed", module.USED_UP)


async def test_a_turn_that_may_spend_more_goes_on(opened):
    driver = await opened("costly")
    one = prompt("a/1", "hello")
    turn = Turn(TurnId("k#1"), (one,), allowance=0.3)
    await driver.live.prompt(turn, (Delivered(one),))
    await driver.told.wait_for(Taken)
    await driver.live.interrupt(turn.id)
    assert (await driver.told.ended()).reason == "stopped"
    await driver.live.close()


async def test_a_closed_engine_loses_the_next_turn(opened):
    driver = await opened("echo")
    await driver.live.close()
    one = prompt("a/1", "hello")
    await driver.live.prompt(Turn(TurnId("k#1"), (one,)), (Delivered(one),))
    assert (await driver.told.ended()).reason == "lost"
