"""What the leader's engines on another host live by: the line, and the leader's own time.

spec: 21.9
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from tests.unit.engines.elsewhere.conftest import Folders, World, until

from carrel.core.errors import Refused, Unavailable
from carrel.engines.scripted import Hang, Lose, Say, ScriptedEngine, Wait
from carrel.testing.clock import ManualClock, settle
from carrel.testing.two_hosts import two_hosts

LEFT = 10.0
"""Seconds for which the leader of `two_hosts` may act."""


async def test_the_fuse_burns_while_an_engine_is_there_and_for_no_longer_than_the_leader_has(
    engine, folders, tmp_path
) -> None:
    clock = ManualClock()
    async with two_hosts(engine, folders, clock=clock) as hosts:
        fuse = hosts.rooms[0].fuse
        await clock.slept_on()
        assert fuse.left is None
        session = await World(hosts, tmp_path).open()
        assert fuse.left == LEFT
        hosts.left[0] = 4.0
        await clock.advance(1.0)
        await until(lambda: fuse.left is not None and fuse.left < LEFT)
        await session.live.close()
        assert fuse.left is None


async def test_time_that_the_leader_gave_is_counted_from_when_it_was_asked(
    engine, folders, tmp_path
) -> None:
    """An answer that was long on its way gives no more time than the leader meant."""
    clock = ManualClock()
    async with two_hosts(engine, folders, clock=clock) as hosts:
        await World(hosts, tmp_path).open()
        stay = hosts.rooms[0].lodging._stay
        stay._asked[99] = clock.monotonic() - 3.0
        stay._until = 0.0
        stay._lasts(stay._asked.pop(99), LEFT)
        assert hosts.rooms[0].fuse.left == LEFT - 3.0


async def test_a_silent_leader_s_engines_are_closed_before_its_time_is_over(
    engine, folders, tmp_path
) -> None:
    clock = ManualClock()
    engine.script = lambda _: (Hang(),)
    async with two_hosts(engine, folders, clock=clock, beats=1000.0) as hosts:
        room = hosts.rooms[0]
        session = await World(hosts, tmp_path).open()
        await session.begin()
        await clock.advance(LEFT * 0.7)
        assert engine.heard.lives[0].alive
        with capture_logs() as logs:
            await clock.advance(LEFT * 0.1)
            await until(lambda: not engine.heard.lives[0].alive)
            await until(lambda: room.fuse.left is None)
        assert "the leader is silent" in [line["event"] for line in logs]
        assert room.lodging.used == 0


async def test_a_line_that_breaks_closes_every_engine_also_one_that_is_being_opened(
    folders, tmp_path
) -> None:
    engine = ScriptedEngine(lambda _: (Hang(),))
    async with two_hosts(engine, folders) as hosts:
        room, world = hosts.rooms[0], World(hosts, tmp_path)
        sessions = [await world.open(f"console:{n}") for n in range(3)]
        for session in sessions:
            await session.begin()
        hosts.engine._links["two"].drop()
        await until(lambda: room.fuse.left is None)
        assert not any(live.alive for live in engine.heard.lives)
        assert not any(session.live.alive for session in sessions)


class Slow(ScriptedEngine):
    """An engine that takes for ever to start."""

    def __init__(self) -> None:
        super().__init__()
        self.cut: list[str] = []

    async def open(self, spec, _tell):
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # as the end of a half-open process takes a while
            self.cut.append(spec.workspace.key)


async def test_an_opening_that_is_cut_off_here_is_cut_off_there(folders, tmp_path) -> None:
    engine = Slow()
    async with two_hosts(engine, folders) as hosts:
        opening = asyncio.create_task(World(hosts, tmp_path).open())
        await until(lambda: hosts.rooms[0].lodging.used)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert engine.cut == ["console:1"], "it is over when the caller hears that it is"
        assert hosts.rooms[0].lodging.used == 0


async def test_what_is_being_opened_or_closed_when_the_line_breaks_is_closed_to_its_end(
    folders, tmp_path
) -> None:
    """Whoever is cut off twice leaves a process behind. spec: 21.9"""
    slow = Slow()
    async with two_hosts(slow, folders) as hosts:
        opening = asyncio.create_task(World(hosts, tmp_path).open())
        await until(lambda: hosts.rooms[0].lodging.used)
        opening.cancel()
        await asyncio.sleep(0.01)
        hosts.rooms[0].lodging._stay.drop()
        await until(lambda: hosts.rooms[0].fuse.left is None)
        assert slow.cut == ["console:1"]
        await asyncio.wait({opening}, timeout=0)
        opening.cancel()


async def test_an_engine_that_is_being_closed_when_the_line_breaks_is_closed_once(
    engine, folders, tmp_path
) -> None:
    """spec: 21.9"""
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        begun, closed = [], []

        async def slowly() -> None:
            if not begun:  # as the port has it, a second call does nothing
                begun.append(True)
                await asyncio.sleep(0.05)
                closed.append("whole")

        engine.heard.lives[0].close = slowly
        closing = asyncio.create_task(session.live.close())
        await until(lambda: hosts.rooms[0].lodging._stay._guests[1].closing)
        hosts.rooms[0].lodging._stay.drop()
        await until(lambda: hosts.rooms[0].fuse.left is None)
        assert closed == ["whole"]
        closing.cancel()


async def test_where_the_folders_are_elsewhere_nothing_is_started(engine, tmp_path) -> None:
    apart = Folders(tmp_path, tmp_path / "apart")
    async with two_hosts(engine, apart) as hosts:
        with pytest.raises(Refused, match=r"the same `\[store\] folder`"):
            await World(hosts, tmp_path).open()
        assert (engine.heard.lives, hosts.rooms[0].lodging.used) == ([], 0)


async def test_a_host_takes_no_more_than_it_has_places_whatever_it_is_told(
    engine, folders, tmp_path
) -> None:
    async with two_hosts(engine, folders, places=1) as hosts:
        world = World(hosts, tmp_path)
        await world.open("console:1")
        hosts.engine._links["two"].places = 2
        with pytest.raises(Unavailable, match="no place for another"):
            await world.open("console:2")


async def test_a_failure_there_is_a_sentence_here(folders, tmp_path) -> None:
    engine = ScriptedEngine()
    engine.failures.append(Unavailable("It does not start."))
    engine.open = _broken(engine.open)
    async with two_hosts(engine, folders) as hosts:
        world = World(hosts, tmp_path)
        with pytest.raises(Unavailable, match="does not start"):
            await world.open()
        with pytest.raises(Unavailable, match="its log says why"):
            await world.open()
        assert hosts.engine._links["two"].used == 0


def _broken(real):
    async def opened(spec, tell):
        await real(spec, tell)
        raise RuntimeError("a fault of ours")

    return opened


async def test_an_engine_that_dies_is_opened_anew(folders, tmp_path) -> None:
    """It is known to be dead before its turn's end is told."""
    engine = ScriptedEngine(lambda _: (Lose("It crashed."),))
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        alive = []
        hear = session.live.hear
        session.live.hear = lambda event: (alive.append(session.live.alive), hear(event))
        await session.begin()
        ended = await session.told.ended()
        assert (ended.reason, ended.text, alive) == ("lost", "It crashed.", [False])


async def test_one_that_dies_in_silence_is_known_with_the_next_beat(
    engine, folders, tmp_path
) -> None:
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        engine.heard.lives[0].die()
        await until(lambda: not session.live.alive)


async def test_who_drains_lets_turns_end_takes_none_and_says_when_all_is_over(
    folders, tmp_path
) -> None:
    """spec: 21.11"""
    gate = asyncio.Event()
    engine = ScriptedEngine(lambda _: (Wait(gate), Say("done")))
    async with two_hosts(engine, folders) as hosts:
        world, lodging = World(hosts, tmp_path), hosts.rooms[0].lodging
        idle, busy = await world.open("console:1"), await world.open("console:2")
        await busy.begin("slow")
        leaving = asyncio.create_task(lodging.leave(None, asyncio.Event()))
        await until(lambda: not idle.live.alive)
        with pytest.raises(Unavailable):
            await world.open("console:3")
        assert not leaving.done()
        assert lodging.offer("two") is None
        link = hosts.engine._links["two"]
        gate.set()
        await leaving
        assert (await busy.told.ended()).text == "done"
        async with asyncio.timeout(2):
            await link.gone()


async def test_who_drains_says_so_at_once_also_to_what_is_being_opened(folders, tmp_path) -> None:
    """spec: 21.11"""
    slow = Slow()
    async with two_hosts(slow, folders, beats=1000.0) as hosts:
        opening = asyncio.create_task(World(hosts, tmp_path).open())
        await until(lambda: hosts.rooms[0].lodging.used)
        leaving = asyncio.create_task(hosts.rooms[0].lodging.leave(None, asyncio.Event()))
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable, match="takes no more turns"):
                await opening
            await leaving
        assert hosts.engine._links.get("two") is None or hosts.engine._links["two"].places == 0


async def test_behind_other_walls_than_the_leader_s_nothing_is_started(engine, tmp_path) -> None:
    class Walled(Folders):
        async def prepare(self, key, _bound=None):
            return replace(await super().prepare(key), isolation="strict")

    async with two_hosts(engine, Walled(tmp_path)) as hosts:
        with pytest.raises(Refused, match=r"the same `\[walls\] isolation`"):
            await World(hosts, tmp_path).open()
        assert engine.heard.lives == []


async def test_who_ends_within_its_grace_loses_the_turn_at_once(folders, tmp_path) -> None:
    engine = ScriptedEngine(lambda _: (Hang(),))
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        await session.begin()
        await hosts.rooms[0].lodging.leave(0.05, asyncio.Event())
        assert (await session.told.ended(seconds=2)).reason == "lost"
        assert not session.live.alive


async def test_a_new_turn_on_a_host_that_drains_is_for_another(engine, folders, tmp_path) -> None:
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        stay = hosts.rooms[0].lodging._stay
        stay._leaving = True
        with pytest.raises(Unavailable, match="takes no more turns"):
            await session.begin()
        await settle()
        assert not session.told.events, "what has not begun does not end"
