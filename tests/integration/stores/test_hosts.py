"""Hosts that share a PostgreSQL: who leads, who waits, and what each is told.

spec: 21.1 21.2 21.4 21.5
"""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace

import psycopg
import pytest
from proofs.hosts import reached_by
from proofs.wires import wired
from tests.integration.stores.test_postgres import line

from carrel.core.effects import Pause, Rehome
from carrel.core.errors import ConfigError, Refused, Unavailable
from carrel.ports.hosts import ALONE, Offer, Tenure
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.postgres import build
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres.lease import Candidate, Waiting
from carrel.stores.postgres.tenancy import ENDS_BY, NOT_RENEWED
from carrel.testing.postgres import cluster
from carrel.testing.store_conformance.values import KEY, message, route

LEASE = 2.0
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


@dataclass
class Host:
    """One of several, with what it was told."""

    home: object
    url: str
    lease: float = LEASE
    part: str = "all"
    room: Offer | None = None
    told: asyncio.Queue = field(default_factory=asyncio.Queue)
    lasts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)
        tell = self.told.put_nowait
        tenure = Tenure(
            self.lease,
            "1.2",
            part=self.part,
            places=8,
            live=lambda: 3,
            offers=lambda host: self.room and replace(self.room, host=host),
            follows=lambda host: tell(("follows", host)),
            leads=self.lasts.append,
            ends=lambda why: tell(("ends", why)),
            drains=lambda: tell(("drains", "")),
        )
        self.store = build(StoreParts(self.home, SystemClock(), self.url, tenure))
        self.opening: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.store.host

    async def hears(self) -> tuple[str, str]:
        async with asyncio.timeout(15):
            return await self.told.get()

    async def leads(self) -> None:
        async with asyncio.timeout(15):
            await self.opening


@asynccontextmanager
async def coming(*hosts: Host):
    """The first one leads; the others wait for it to go."""
    for host in hosts:
        host.opening = asyncio.create_task(host.store.open())
        if host is hosts[0]:
            await host.leads()
    yield
    for host in hosts:
        host.opening.cancel()
        await asyncio.wait({host.opening})
        await host.store.close()


@pytest.fixture
def pair(database_url, tmp_path):
    return Host(tmp_path / "a", database_url), Host(tmp_path / "b", database_url)


async def test_the_second_one_waits_is_told_once_and_takes_over_at_once(pair) -> None:
    first, second = pair
    async with coming(first, second):
        assert await second.hears() == ("follows", first.id)
        await first.store.accept(message(1), route(), 1.0, command=False)
        with pytest.raises(Unavailable, match="not open"):
            await second.store.accept(message(2), route(), 1.0, command=False)
        await asyncio.sleep(LEASE)
        assert second.told.empty()
        assert not second.opening.done()
        await first.store.close()
        await second.leads()
        assert await second.store.open_keys() == (KEY,)


async def test_who_leads_knows_for_how_long_and_never_for_more_than_it_has(pair) -> None:
    """spec: 21.3"""
    first, _ = pair
    async with coming(first):
        async with asyncio.timeout(15):
            while len(first.lasts) < 3:  # noqa: ASYNC110 - the store has no event for us
                await asyncio.sleep(0.05)
        assert all(0 < left <= ENDS_BY * LEASE for left in first.lasts)


async def test_all_of_them_are_listed_by_each(pair) -> None:
    first, second = pair
    async with coming(first, second):
        await second.hears()
        await first.store.claim(KEY, first.id)
        while (await first.store.hosts())[0].live == 0:  # noqa: ASYNC110 - until the next beat
            await asyncio.sleep(0.05)
        leads, waits = await second.store.hosts()
        assert (leads.id, leads.role, leads.sessions, leads.live) == (first.id, "leads", 1, 3)
        assert (waits.id, waits.role, waits.sessions, waits.live) == (second.id, "stands by", 0, 3)
        assert (leads.places, waits.places) == (8, 0), "it offers no room"
        assert (leads.here, waits.here) == (False, True)
        assert 0 < leads.left <= LEASE
        assert 0 < waits.left <= LEASE
        assert leads.version == waits.version == "1.2"
        assert 0 < leads.since <= waits.since
        await first.store.close()
        await second.leads()
        leads, gone = await second.store.hosts()
        assert (leads.id, gone.id, gone.role, gone.left) == (second.id, first.id, "gone", 0.0)


async def test_where_there_is_room_the_leader_is_told_how_to_reach_it(
    database_url, tmp_path
) -> None:
    """spec: 21.8 21.10"""
    first = Host(tmp_path / "a", database_url)
    room = Offer("", "10.0.0.2:7333", "a certificate", "a secret")
    second = Host(tmp_path / "b", database_url, room=room)
    async with coming(first, second):
        await second.hears()
        offered = Offer(second.id, "10.0.0.2:7333", "a certificate", "a secret")
        assert await first.store.offers() == (offered,)
        assert await second.store.offers() == (), "nobody runs there what is its own"
        waits = (await first.store.hosts())[1]
        assert (waits.role, waits.live, waits.places) == ("stands by", 3, 8)
        assert "a secret" not in repr((offered, waits))
        second.room = None
        await asyncio.sleep(LEASE / 4)
        assert await first.store.offers() == ()
        second.room = room
        await asyncio.sleep(LEASE / 4)
        await first.store.close()
        await second.leads()
        assert await second.store.offers() == ()


async def test_one_that_only_runs_agents_never_leads(database_url, tmp_path) -> None:
    """spec: 21.12"""
    room = Offer("", "10.0.0.2:7333", "a certificate", "a secret")
    only = Host(tmp_path / "a", database_url, part="engines", room=room)
    only.opening = asyncio.create_task(only.store.open())
    assert await only.hears() == ("follows", "")
    first = Host(tmp_path / "b", database_url)
    async with coming(first):
        assert await only.hears() == ("follows", first.id)
        waits = (await first.store.hosts())[1]
        assert (waits.id, waits.role, waits.places) == (only.id, "runs agents", 8)
        await first.store.drain(only.id)
        assert await only.hears() == ("drains", "")
    assert await only.hears() == ("follows", "")
    only.opening.cancel()
    await asyncio.wait({only.opening})
    await only.store.close()


async def test_each_can_be_asked_to_drain_by_the_other(pair) -> None:
    first, second = pair
    async with coming(first, second):
        await second.hears()
        await second.store.drain(first.id)
        assert await first.hears() == ("drains", "")
        await first.store.drain(second.id)
        assert await second.hears() == ("drains", "")
        with pytest.raises(Refused, match="No host nobody is there"):
            await first.store.drain("nobody")


async def test_all_are_told_at_once_and_not_with_their_next_look(database_url, tmp_path) -> None:
    """With so long a lease nobody would look within the time of this test."""
    first, second = (Host(tmp_path / name, database_url, lease=300.0) for name in "ab")
    async with coming(first, second):
        assert await second.hears() == ("follows", first.id)
        await second.store.drain(first.id)
        assert await first.hears() == ("drains", "")
        await first.store.close()
        await second.leads()


async def test_who_does_not_hear_it_finds_it_out(pair, monkeypatch) -> None:
    """Hints get lost: behind some proxies none comes at all."""

    async def deaf(address) -> None:
        raise psycopg.OperationalError("no")

    monkeypatch.setattr("carrel.stores.postgres.hints.listening", deaf)
    first, second = pair
    async with coming(first, second):
        await second.hears()
        await second.store.drain(first.id)
        assert await first.hears() == ("drains", "")
        await first.store.close()
        await second.leads()


async def test_a_connection_for_hints_that_was_lost_is_made_anew(
    database_url, tmp_path, monkeypatch, postgres
) -> None:
    monkeypatch.setattr("carrel.stores.postgres.hints.AGAIN_S", 0.0)
    first = Host(tmp_path / "a", database_url, lease=300.0)
    async with coming(first):
        for _ in range(2):
            await first.store.drain(first.id)
            assert await first.hears() == ("drains", "")
            postgres.run(CUT)


async def test_who_was_drained_may_come_again(pair) -> None:
    first, second = pair
    async with coming(first, second):
        await second.hears()
        await first.store.drain(second.id)
        await second.hears()
        second.opening.cancel()
        await asyncio.wait({second.opening})
        again = Host(second.home, second.url)
        again.opening = asyncio.create_task(again.store.open())
        assert await again.hears() == ("follows", first.id)
        await asyncio.sleep(LEASE / 4)
        assert again.told.empty()
        await first.store.close()
        await again.leads()
        await again.store.close()


async def test_a_server_that_goes_away_ends_the_leader_and_not_who_waits(tmp_path) -> None:
    """spec: 21.3"""
    with cluster() as server:
        url = server.create("carrel")
        first, second = Host(tmp_path / "a", url), Host(tmp_path / "b", url)
        async with coming(first, second):
            await second.hears()
            server.stop(signal.SIGQUIT)
            assert await first.hears() == ("ends", NOT_RENEWED)
            assert not second.opening.done()
            server.start()
            await second.leads()


async def test_cut_off_for_twice_its_lease_a_host_finishes_nothing_afterwards(
    database_url, tmp_path
) -> None:
    """Nothing is closed, and what it said meanwhile arrives late. spec: 21.2 21.3"""
    with wired(1) as (wires,):
        first = Host(tmp_path / "a", reached_by(wires, database_url))
        second = Host(tmp_path / "b", database_url)
        async with coming(first, second):
            await first.store.accept(message(1), route(), 1.0, command=False)
            old = (await first.store.claim(KEY, first.id)).fence
            wires.sever()
            mended = asyncio.create_task(asyncio.sleep(2 * LEASE))
            saving = asyncio.create_task(first.store.save(old, (Pause(1.0),), 1.0))
            assert await first.hears() == ("ends", NOT_RENEWED)
            await second.leads()
            new = (await second.store.claim(KEY, second.id)).fence
            await mended
            wires.mend()
            for late in (saving, first.store.save(old, (Pause(2.0),), 2.0)):
                with pytest.raises(Unavailable, match="taken this database over"):
                    await late
            await second.store.save(new, (Pause(3.0),), 3.0)
            assert (await second.store.claim(KEY, second.id)).session.paused_until == 3.0


async def test_who_waited_for_the_one_before_has_a_whole_lease(database_url, tmp_path) -> None:
    """Counted from when it asked first, it would be over: its own fuse would end it. spec: 21.3"""
    before, host = line(database_url), Host(tmp_path / "b", database_url)
    inside, go_on = threading.Event(), threading.Event()
    held = before.commit(lambda db: leases.take(db, Candidate("a", LEASE / 4), Waiting()))

    def slow(_: object) -> None:
        inside.set()
        go_on.wait(10)

    with closing(before), closing(line(database_url, leases.guard(lambda: held))) as writer:
        writing = asyncio.create_task(asyncio.to_thread(writer.commit, slow))
        await asyncio.to_thread(inside.wait, 10)
        host.opening = asyncio.create_task(host.store.open())
        await asyncio.sleep(1.5 * LEASE)
        assert host.lasts == []
        go_on.set()
        await writing
        await host.leads()
        await asyncio.sleep(0)
        assert host.lasts[0] > LEASE / 2
        await host.store.close()


async def test_a_restart_within_the_lease_is_not_noticed(tmp_path) -> None:
    with cluster() as server:
        host = Host(tmp_path / "a", server.create("carrel"), lease=30.0)
        async with coming(host):
            server.stop(signal.SIGQUIT)
            with pytest.raises(Unavailable):
                await host.store.accept(message(1), route(), 1.0, command=False)
            server.start()
            await host.store.accept(message(1), route(), 1.0, command=False)
            assert host.told.empty()


@pytest.mark.parametrize("moves", [False, True])
async def test_a_session_is_away_where_its_folders_are_not(pair, moves) -> None:
    """spec: 21.6 21.7"""
    first, second = pair
    first.store._moves = second.store._moves = moves
    async with coming(first, second):
        assert (await first.store.claim(KEY, first.id)).session.away == ""
        assert (await first.store.claim(KEY, first.id)).session.away == ""
        await first.store.close()
        await second.leads()
        loaded = await second.store.claim(KEY, second.id)
        assert loaded.session.away == ("" if moves else first.id)
        assert second.store.epoch > 1
        await second.store.save(loaded.fence, (Rehome(),), 1.0)
        assert (await second.store.claim(KEY, second.id)).session.away == ""
        counted = {row.id: row.sessions for row in await second.store.hosts()}
        assert counted == {first.id: 0, second.id: 1}


async def test_rows_that_came_from_a_file_are_at_home_where_they_are_used_first(pair) -> None:
    first, _ = pair
    async with coming(first):
        await first.store.claim(KEY, ALONE)
        assert (await first.store.claim(KEY, first.id)).session.away == ""


async def test_who_is_gone_for_long_and_has_nothing_is_not_listed(pair, postgres) -> None:
    first, second = pair
    async with coming(first, second):
        await first.store.claim(KEY, first.id)
        await first.store.close()
        await second.leads()
        name = first.url.partition("@/")[2].partition("?")[0]
        postgres.run("UPDATE host SET seen_until = 1 WHERE lease_until = 0", name)
        assert [row.role for row in await second.store.hosts()] == ["leads", "gone"]
        fence = (await second.store.claim(KEY, second.id)).fence
        await second.store.save(fence, (Rehome(),), 1.0)
        assert [row.id for row in await second.store.hosts()] == [second.id]


async def test_whoever_will_not_wait_is_told_who_leads(pair) -> None:
    """`carrel import` does not."""
    first, second = pair

    def refuse(leader: str) -> None:
        raise ConfigError(leader)

    async with coming(first):
        hasty = build(StoreParts(second.home, SystemClock(), second.url, Tenure(follows=refuse)))
        with pytest.raises(ConfigError, match=first.id):
            await hasty.open()
