"""What the contract does not say of an engine that lives elsewhere."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.engines.elsewhere.conftest import World, until

from carrel.core.events import TurnEnded
from carrel.core.model import Verdict
from carrel.engines.scripted import Hang, ScriptedEngine
from carrel.ports.engine import Delivered
from carrel.testing.two_hosts import two_hosts


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(lambda _: (Hang(),))


async def test_its_commands_are_those_of_the_engine_and_none_when_the_host_is_gone(
    engine, folders, tmp_path
) -> None:
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        assert ("clear", "Forgets.") in await session.live.commands()
        assert await session.live.context() is None
        hosts.engine._links["two"].drop()
        await until(lambda: not session.live.alive)
        assert await session.live.commands() == ()
        assert await session.live.context() is None


async def test_what_is_told_to_one_that_is_gone_is_told_to_nobody(
    engine, folders, tmp_path
) -> None:
    """The end of its turn says so; nothing else has to."""
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        turn = await session.begin()
        hosts.engine._links["two"].drop()
        await until(lambda: not session.live.alive)
        live, (prompt,) = session.live, turn.prompts
        await live.steer(turn.id, Delivered(prompt))
        await live.interrupt(turn.id)
        await live.answer("1", Verdict("allow"))
        await live.reply("1", "done", ok=True)
        assert await live.take_back(turn.id, prompt.id) is False


async def test_once_closed_its_place_is_free_and_nothing_more_is_heard(
    engine, folders, tmp_path
) -> None:
    async with two_hosts(engine, folders, places=1) as hosts:
        session = await World(hosts, tmp_path).open()
        await session.begin()
        assert hosts.engine._links["two"].free == 0
        await session.live.close()
        assert hosts.engine._links["two"].free == 1
        assert [event.reason for event in session.told.all(TurnEnded)] == ["lost"]
        await session.live.close()
        assert len(session.told.all(TurnEnded)) == 1


async def test_a_second_end_of_a_turn_is_not_passed_on(engine, folders, tmp_path) -> None:
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        turn = await session.begin()
        await session.live.interrupt(turn.id)
        ended = await session.told.ended()
        session.live.hear(ended)
        await asyncio.sleep(0)
        assert session.told.all(TurnEnded) == [ended]
