"""Which host runs a session's agent.

spec: 21.8
"""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.engines.elsewhere.conftest import World, space, until

from carrel.core.errors import Unavailable
from carrel.engines.elsewhere import engine as spread
from carrel.engines.scripted import Say, ScriptedEngine, Wait
from carrel.testing.two_hosts import two_hosts


def where(session) -> str:
    """The host on which it runs; empty: at the leader."""
    line = getattr(session.live, "_link", None)
    return "" if line is None else line.host


async def test_each_new_session_goes_where_most_places_are_free(engine, folders, tmp_path) -> None:
    async with two_hosts(engine, folders, own=1, rooms=("two", "three"), places=2) as hosts:
        world = World(hosts, tmp_path)
        found = [where(await world.open(f"console:{n}")) for n in range(5)]
        assert sorted(found) == ["", "three", "three", "two", "two"]
        assert set(found[:2]) == {"two", "three"}
        assert hosts.engine.used == 1
        with pytest.raises(Unavailable, match="No host has a place"):
            await world.open("console:6")


async def test_a_session_goes_on_where_it_ran_last_as_long_as_there_is_room(
    engine, folders, tmp_path
) -> None:
    async with two_hosts(engine, folders, rooms=("two", "three"), places=2) as hosts:
        world = World(hosts, tmp_path)
        first = await world.open("console:1")
        home = where(first)
        (other,) = {"two", "three"} - {home}
        await first.live.close()
        others = [await world.open("console:2")]
        assert where(others[0]) == home, "as many are free on both"
        again = await world.open("console:1")
        assert where(again) == home, "though the other has more room"
        await again.live.close()
        hosts.engine._links[home].places = 1
        assert where(await world.open("console:1")) == other


async def test_where_it_ran_is_remembered_of_so_many_sessions(
    engine, folders, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(spread, "REMEMBERED", 2)
    async with two_hosts(engine, folders) as hosts:
        world = World(hosts, tmp_path)
        for number in range(4):
            await (await world.open(f"console:{number}")).live.close()
        assert list(hosts.engine._last) == ["console:2", "console:3"]


async def test_the_places_of_a_host_count_while_it_is_there(engine, folders, monkeypatch) -> None:
    monkeypatch.setattr(spread, "LOOK_S", 0.01)
    async with two_hosts(engine, folders, own=1, places=2) as hosts:
        hosts.rooms[0].lodging._stay.drop()
        await hosts.sized(1)
        await hosts.sized(3)


async def test_a_host_that_drains_has_no_room(engine, folders) -> None:
    """spec: 21.11"""
    async with two_hosts(engine, folders, own=1, places=2) as hosts:
        hosts.rooms[0].lodging._leaving = True
        await hosts.sized(1)


async def test_what_still_runs_where_nothing_new_begins_takes_nobody_s_place(
    folders, tmp_path
) -> None:
    """spec: 21.11"""
    gate = asyncio.Event()
    engine = ScriptedEngine(lambda _: (Wait(gate), Say("done")))
    async with two_hosts(engine, folders, own=3, places=4) as hosts:
        session = await World(hosts, tmp_path).open()
        assert where(session) == "two"
        await session.begin()
        leaving = asyncio.create_task(hosts.rooms[0].lodging.leave(None, asyncio.Event()))
        await hosts.sized(3 + 1)
        gate.set()
        await leaving
        await hosts.sized(3)


async def test_engines_of_its_own_count_until_they_are_dead(engine, folders, tmp_path) -> None:
    async with two_hosts(engine, folders, own=1, rooms=()) as hosts:
        world = World(hosts, tmp_path)
        session = await world.open()
        assert hosts.engine.used == 1
        with pytest.raises(Unavailable, match="No host has a place"):
            await world.open("console:2")
        await session.live.close()
        await world.open("console:2")


async def test_what_needs_only_files_is_done_at_the_leader(engine, folders, tmp_path) -> None:
    async with two_hosts(engine, folders) as hosts:
        session = await World(hosts, tmp_path).open()
        await session.begin()
        ended = await session.told.ended()
        here = space(tmp_path)
        assert await hosts.engine.copy(ended.resume, here, here) is not None
        assert await hosts.engine.left(here, 0.0) == await engine.left(here, 0.0)


async def test_a_database_that_is_away_takes_no_host_away(engine, folders) -> None:
    async with two_hosts(engine, folders) as hosts:

        async def away():
            raise Unavailable("It does not answer.")

        hosts.engine._offers = away
        line = hosts.engine._links["two"]
        await until(lambda: line._until > 0)
        assert hosts.engine._links == {"two": line}
