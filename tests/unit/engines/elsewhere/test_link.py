"""When the line is lost: what ran there ends when it certainly lives no more, and not before.

spec: 21.9
"""

from __future__ import annotations

import asyncio

from tests.unit.engines.elsewhere.conftest import World, until

from carrel.core.events import TurnEnded, Wrote
from carrel.engines.elsewhere import frames, link
from carrel.engines.elsewhere.frames import Frame
from carrel.engines.scripted import Hang, Say, ScriptedEngine, Wait
from carrel.testing.clock import ManualClock, settle
from carrel.testing.two_hosts import two_hosts

LEFT = 10.0


async def lost(hosts) -> None:
    """The host goes away without a word."""
    line = hosts.engine._links["two"]
    hosts.rooms[0].lodging._stay.drop()
    await until(lambda: line.lost)


async def test_a_turn_ends_as_lost_once_when_the_host_s_time_is_over(folders, tmp_path) -> None:
    clock = ManualClock()
    engine = ScriptedEngine(lambda _: (Say("half"), Hang()))
    async with two_hosts(engine, folders, clock=clock) as hosts:
        session = await World(hosts, tmp_path).open()
        turn = await session.begin()
        await session.told.wait_for(Wrote)
        await lost(hosts)
        assert not session.live.alive
        await clock.advance(LEFT - 0.5)
        assert not session.told.all(TurnEnded)
        await clock.advance(1.0)
        ended = await session.told.ended()
        assert (ended.turn, ended.reason, ended.resume) == (turn.id, "lost", None)
        assert ended.read == (turn.prompts[0].id,)
        assert len(session.told.all(TurnEnded)) == 1


async def test_the_time_is_what_the_leader_gave_last(folders, tmp_path) -> None:
    clock = ManualClock()
    engine = ScriptedEngine(lambda _: (Hang(),))
    async with two_hosts(engine, folders, clock=clock, beats=2.0) as hosts:
        session = await World(hosts, tmp_path).open()
        await session.begin()
        line = hosts.engine._links["two"]
        given = line._until
        await clock.advance(2.0)
        await until(lambda: line._until > given)
        assert line._until == clock.monotonic() + LEFT


async def test_to_close_what_is_lost_takes_until_it_is_gone(engine, folders, tmp_path) -> None:
    """Whoever opens the session elsewhere waits for that."""
    clock = ManualClock()
    async with two_hosts(engine, folders, clock=clock) as hosts:
        session = await World(hosts, tmp_path).open()
        await lost(hosts)
        closing = asyncio.create_task(session.live.close())
        await settle()
        assert not closing.done()
        await clock.advance(LEFT + 0.5)
        async with asyncio.timeout(5):
            await closing


async def test_a_host_that_is_silent_is_lost_when_its_time_is_over(
    engine, folders, tmp_path
) -> None:
    """Nothing says that a machine is frozen or cut off, but that nothing is heard."""
    clock = ManualClock()
    async with two_hosts(engine, folders, clock=clock, beats=1000.0) as hosts:
        session = await World(hosts, tmp_path).open()
        hosts.rooms[0].lodging._stay._gives_up = clock.monotonic() + 1000.0
        line = hosts.engine._links["two"]
        await clock.advance(LEFT - 0.5)
        assert not line.lost
        await clock.advance(1.0)
        await until(lambda: line.lost)
        assert not session.live.alive


async def test_a_turn_whose_beginning_met_the_loss_ends_once(folders, tmp_path) -> None:
    clock = ManualClock()
    gate = asyncio.Event()
    engine = ScriptedEngine(lambda _: (Hang(),))
    async with two_hosts(engine, folders, clock=clock) as hosts:
        session = await World(hosts, tmp_path).open()
        live = engine.heard.lives[0]
        prompt = live.prompt

        async def never(*words) -> None:
            await prompt(*words)
            await gate.wait()

        live.prompt = never
        begun = asyncio.create_task(session.begin())
        await until(lambda: live._running)
        await lost(hosts)
        await settle()
        assert not begun.done()
        await clock.advance(LEFT + 0.5)
        turn = await begun
        assert (await session.told.ended()).turn == turn.id
        assert len(session.told.all(TurnEnded)) == 1


async def test_a_call_that_is_not_answered_in_time_lets_the_host_go(
    engine, folders, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(link, "CALL_S", 0.05)
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()

        async def never(_turn) -> None:
            await asyncio.Event().wait()

        engine.heard.lives[0].interrupt = never
        await session.live.interrupt("1")
        line = hosts.engine._links.get("two")
        await until(lambda: line is None or line.lost)


async def test_a_host_that_says_what_none_says_is_let_go(engine, folders) -> None:
    async with two_hosts(engine, folders) as hosts:
        line = hosts.engine._links["two"]
        await hosts.rooms[0].lodging._stay._send(Frame(frames.Lasts(5.0)))
        await until(lambda: line.lost)


async def test_a_leader_that_says_what_none_says_is_let_go(engine, folders) -> None:
    async with two_hosts(engine, folders) as hosts:
        line = hosts.engine._links["two"]
        await line._wire.send(Frame(frames.Bye()))
        await until(lambda: line.lost)


async def test_a_session_that_is_slow_to_hear_does_not_stop_the_line(folders, tmp_path) -> None:
    """Neither the time of the host nor what others tell waits for it."""
    gate, heard = asyncio.Event(), asyncio.Event()
    engine = ScriptedEngine(lambda text: (Say("a"), Wait(heard), Say("b"), Say(text)))
    async with two_hosts(engine, folders) as hosts:
        world = World(hosts, tmp_path)
        slow, quick = await world.open("console:1"), await world.open("console:2")
        told = slow.told.__call__

        async def slowly(event) -> None:
            await gate.wait()
            await told(event)

        slow.live._telling._tell = slowly
        await slow.begin()
        await quick.begin()
        heard.set()
        assert (await quick.told.ended()).text == "abhello"
        assert not slow.told.events
        gate.set()
        assert (await slow.told.ended()).text == "abhello"
        assert slow.told.written == "abhello"
