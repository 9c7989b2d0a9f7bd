"""What runs agents on a host, as it is set up: its own, or room for the leader's."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from carrel.core.errors import ConfigError
from carrel.engines.elsewhere.engine import SpreadEngine
from carrel.engines.scripted import ScriptedEngine
from carrel.hosting import Agents, Base
from carrel.runtime.clock import SystemClock
from carrel.runtime.endings import Endings
from carrel.runtime.fuse import Fuse
from carrel.runtime.seats import Seats
from carrel.runtime.supervisor import Supervisor
from carrel.settings.tables import Settings
from carrel.stores.memory import MemoryStore
from carrel.stores.memory_mirrors import MemoryMirrors


def agents(tmp_path, role="all", **store) -> Agents:
    (tmp_path / "sessions").mkdir(exist_ok=True)
    said = {"engine": {"name": "scripted"}, "store": store, "gateway": {"role": role}}
    settings = Settings.model_validate(said)
    base = Base(tmp_path, settings, {}, tmp_path, None, SystemClock())
    return Agents(base, Fuse(), Seats(settings.places, SystemClock()))


def shared(tmp_path, **more) -> dict[str, str]:
    return {"url": "postgresql:///carrel", "folder": str(tmp_path), **more}


async def test_alone_it_runs_its_own_and_offers_no_room(tmp_path) -> None:
    """spec: 21.8"""
    one = agents(tmp_path)
    _, engine = one.leading(MemoryStore())
    assert isinstance(engine, ScriptedEngine)
    async with one.room():
        assert one.offer("one") is None
    assert one.live == 0


@pytest.mark.parametrize(
    ("role", "listen", "offers"),
    [
        ("all", "127.0.0.1:0", True),
        ("engines", "127.0.0.1:0", True),
        ("platforms", "127.0.0.1:0", False),
        ("all", None, False),
    ],
)
async def test_room_is_offered_where_the_leader_can_reach_it(
    tmp_path, role, listen, offers
) -> None:
    """spec: 21.12"""
    one = agents(tmp_path, role, **shared(tmp_path, listen=listen))
    async with one.room():
        assert (one.offer("one") is not None) is offers
        assert one.live == 0
    assert one.offer("one") is None


@pytest.mark.parametrize(("mirror", "shared"), [(True, True), (True, False), (False, True)])
async def test_sessions_are_mirrored_where_that_is_said_and_the_store_can(
    tmp_path, mirror, shared
) -> None:
    """spec: 21.13"""
    one = agents(tmp_path, url="postgresql:///carrel", mirror=mirror)
    store = SimpleNamespace(mirrors=MemoryMirrors() if shared else None)
    found = one.mirror(store)
    assert (found is not None) is (mirror and shared)
    assert found is None or found.sessions == tmp_path / "sessions"


async def test_what_a_killed_host_left_is_ended_before_room_is_offered(
    tmp_path, monkeypatch
) -> None:
    ended = []
    monkeypatch.setattr("carrel.workspaces.leftovers.end", ended.append)
    one = agents(tmp_path, "engines", **shared(tmp_path, listen="127.0.0.1:0"))
    async with one.room():
        assert ended == [tmp_path / "sessions"]


async def test_without_a_common_folder_there_is_no_room(tmp_path) -> None:
    store = shared(tmp_path, listen="127.0.0.1:0") | {"folder": None}
    one = agents(tmp_path, **store)
    async with one.room():
        assert one.offer("one") is None


async def test_an_address_of_another_machine_is_said_at_once(tmp_path) -> None:
    one = agents(tmp_path, **shared(tmp_path, listen="192.0.2.1:7333"))
    with pytest.raises(ConfigError, match="an address of this machine"):
        async with one.room():
            pass


async def test_a_leader_has_agents_run_on_the_host_that_waits(tmp_path) -> None:
    """spec: 21.8 21.11"""
    waits = agents(tmp_path, "engines", **shared(tmp_path, listen="127.0.0.1:0"))
    leads = agents(tmp_path, "platforms", **shared(tmp_path))
    store, supervisor = MemoryStore(), Supervisor(SystemClock())

    async def offers():
        offer = waits.offer("two")
        return () if offer is None else (offer,)

    store.offers = offers
    leads.leads(30.0)
    _, engine = leads.leading(store)
    assert isinstance(engine, SpreadEngine)
    async with waits.room():
        leads.keep(supervisor)
        await until(lambda: leads._seats.size == 8)
        endings = Endings()
        endings.drain()
        await waits.leave(endings)
        await until(lambda: leads._seats.size == 0)
    await supervisor.close()
    await engine.close()
    leads._fuse.put_out()


async def until(true) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - sockets have no event for us
            await asyncio.sleep(0.001)
