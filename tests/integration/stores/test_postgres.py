"""PostgreSQL as it is: it restarts, it loses answers, and two come at once.

spec: 19.1 19.2
"""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import asynccontextmanager, closing

import psycopg
import pytest
from structlog.testing import capture_logs

from carrel.core.effects import Pause
from carrel.core.errors import ConfigError, Fenced, Unavailable
from carrel.core.messages import Notice, Outbound
from carrel.core.model import SessionKey
from carrel.ports.hosts import Tenure
from carrel.ports.mirrors import Change, Entry, Standing
from carrel.ports.store import Fence, StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores import entering
from carrel.stores.postgres import build
from carrel.stores.postgres import lease as leases
from carrel.stores.postgres.address import address_of, connect
from carrel.stores.postgres.dialect import postgres_migrations, postgres_statements
from carrel.stores.postgres.lease import Candidate, Lease, Taken, Waiting
from carrel.stores.postgres.line import Ground, Line
from carrel.stores.postgres.reach import Reach
from carrel.stores.postgres.schema import make_ready, version
from carrel.stores.postgres.tenancy import TAKEN_OVER
from carrel.stores.rows import Database
from carrel.stores.statements import Migration
from carrel.testing.postgres import cluster
from carrel.testing.store_conformance.values import HERE, KEY, message, route

LAPSED = "UPDATE host SET lease_until = 0"
"""As the database's clock has it: the host has not renewed its lease in time."""


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'carrel'"


def take_what_lapsed(database):
    database.connection.execute(LAPSED)
    return leases.take(database, Candidate("other", 15.0), Waiting())


@asynccontextmanager
async def opened(url, home, tenure=None):
    home.mkdir(exist_ok=True)
    store = build(StoreParts(home, SystemClock(), url, tenure or Tenure()))
    await store.open()
    yield store
    await store.close()


def line(url: str, guard=None) -> Line:
    address = address_of(url)
    return Line(Ground(address, postgres_statements(), Reach(address)), guard)


async def accept(store, number: int, key: SessionKey = KEY):
    return await store.accept(message(number), route(key), float(number), command=False)


async def test_it_survives_a_restart_of_the_server(tmp_path) -> None:
    with cluster(durable=True) as server:
        async with opened(server.create("carrel"), tmp_path / "home") as store:
            assert (await accept(store, 1)).seq == 1
            with capture_logs() as logs:
                server.stop(signal.SIGQUIT)
                for number in (2, 3):
                    with pytest.raises(Unavailable, match="carrel on"):
                        await accept(store, number)
                with pytest.raises(Unavailable):
                    await store.open_keys()
                server.start()
                assert (await accept(store, 2)).seq == 2
                assert await store.open_keys() == (KEY,)
            said = [entry["event"] for entry in logs if entry["event"].startswith("store ")]
            assert said == ["store away, tried again", "store back"]
            assert "not-asked-for" not in repr(logs)


async def test_a_connection_that_died_while_nobody_used_it_is_not_noticed(
    database_url, postgres, tmp_path
) -> None:
    async with opened(database_url, tmp_path) as store:
        await accept(store, 1)
        await store.open_keys()
        postgres.run(CUT)
        assert (await accept(store, 2)).seq == 2
        assert await store.open_keys() == (KEY,)


def test_sequence_numbers_follow_the_order_of_commits_whoever_comes(database_url) -> None:
    def hear(first: int) -> None:
        with closing(line(database_url)) as mine:
            for number in range(first, first + 60, 2):
                for said in (number, number - number % 4):  # some come twice, to both
                    mine.commit(
                        lambda database, said=said: entering.accept(
                            database, message(said), route(), 1.0, command=False, held=False
                        )
                    )

    threads = [threading.Thread(target=hear, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(connect(address_of(database_url))) as connection:
        rows = connection.execute("SELECT id, ext_id FROM inbox ORDER BY seq").fetchall()
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert sorted(int(row["ext_id"]) for row in rows) == list(range(60))


class Pausing(Database):
    """Stops for a while when it has drawn a number."""

    def __init__(self, database: Database, drawn: threading.Event, go_on: threading.Event) -> None:
        self._database, self._drawn, self._go_on = database, drawn, go_on

    def rows(self, name, **values):
        rows = self._database.rows(name, **values)
        if name == "next_place":
            self._drawn.set()
            self._go_on.wait(10)
        return rows

    def write(self, name, **values):
        return self._database.write(name, **values)


def test_a_number_is_drawn_when_nobody_can_overtake_any_more(database_url) -> None:
    """The trap: what is drawn first and committed last would come before what is there."""
    drawn, go_on = threading.Event(), threading.Event()

    def hear(number: int):
        def work(database):
            slow = Pausing(database, drawn, go_on) if number == 1 else database
            heard = message(number)
            return entering.accept(slow, heard, route(), 1.0, command=False, held=False)

        return work

    with closing(line(database_url)) as one, closing(line(database_url)) as two:
        first = threading.Thread(target=one.commit, args=(hear(1),))
        second = threading.Thread(target=two.commit, args=(hear(2),))
        first.start()
        assert drawn.wait(10)
        second.start()
        second.join(0.3)
        go_on.set()
        first.join()
        second.join()
    with closing(connect(address_of(database_url))) as connection:
        rows = connection.execute("SELECT ext_id, seq FROM inbox ORDER BY id").fetchall()
    assert [(row["ext_id"], row["seq"]) for row in rows] == [("1", 1), ("2", 2)]


async def test_calls_about_one_session_keep_their_order(database_url, tmp_path) -> None:
    async with opened(database_url, tmp_path) as store:
        accepted = await asyncio.gather(*(accept(store, number) for number in range(1, 40)))
        assert [one.seq for one in accepted] == list(range(1, 40))


async def test_an_earlier_owner_is_fenced_out_while_the_new_one_works(
    database_url, tmp_path
) -> None:
    async with opened(database_url, tmp_path) as store:
        old = (await store.claim(KEY, "a")).fence
        new = (await store.claim(KEY, "b")).fence
        saves = [store.save(fence, (Pause(1.0),), 1.0) for fence in (old, new) * 5]
        ends = await asyncio.gather(*saves, return_exceptions=True)
        assert [type(end) for end in ends] == [Fenced, type(None)] * 5
        with pytest.raises(Fenced):
            await store.save(Fence(SessionKey("none"), 0), (Pause(1.0),), 1.0)


async def test_what_text_cannot_hold_is_stored_all_the_same(database_url, tmp_path) -> None:
    async with opened(database_url, tmp_path) as store:
        await store.say((Outbound("n", HERE, Notice("a\0b")),), 1.0)
        (row,) = await store.due(None, 9)
        assert row.outbound.body == Notice("a\0b")
        await store.unsent(row, dead=False, unsure=False, error="no\0thing")


async def test_whoever_stopped_in_good_order_lets_the_next_one_in(database_url, tmp_path) -> None:
    async with opened(database_url, tmp_path / "a") as store:
        await accept(store, 1)
    async with opened(database_url, tmp_path / "b") as store:
        assert (await accept(store, 1)).duplicate


async def test_a_host_that_was_taken_over_writes_nothing_and_is_told(
    database_url, tmp_path
) -> None:
    """spec: 21.15"""
    told = asyncio.Queue()
    async with opened(database_url, tmp_path / "a", Tenure(1.0, ends=told.put_nowait)) as paused:
        await accept(paused, 1)
        fence = (await paused.claim(KEY, paused.host)).fence
        with closing(line(database_url)) as other:
            assert other.commit(take_what_lapsed).host == "other"
        with pytest.raises(Unavailable, match="taken this database over"):
            await accept(paused, 2)
        with pytest.raises(Unavailable, match="taken this database over"):
            await paused.mirrors.commit(fence, Change(0, {b"work": Entry("folder", 0o700)}))
        assert await paused.mirrors.standing(KEY) == Standing(0)
        async with asyncio.timeout(10):
            assert await told.get() == TAKEN_OVER
        assert await paused.state("discord:me", "2") is None


@pytest.mark.parametrize("mirrors", [True, False])
async def test_a_mirror_that_is_kept_no_more_goes(database_url, tmp_path, mirrors) -> None:
    """spec: 21.14"""
    async with opened(database_url, tmp_path, Tenure(mirrors=mirrors)) as store:
        fence = (await store.claim(KEY, store.host)).fence
        change = Change(0, {b"work": Entry("folder", 0o700)}, pieces={"name": b"body"})
        number = await store.mirrors.commit(fence, change)
        await store.claim(KEY, store.host)
        left = Standing(number) if mirrors else Standing(0)
        assert await store.mirrors.standing(KEY) == left
        assert bool(await store.mirrors.listing(KEY)) is mirrors
        assert bool(await store.mirrors.pieces(KEY)) is mirrors


def take(line: Line, host: str):
    return line.commit(lambda database: leases.take(database, Candidate(host, 15.0), Waiting()))


def renewed(line: Line, lease: Lease) -> bool:
    return line.commit(lambda database: leases.renew(database, lease, 15.0)).held


def test_a_lease_that_lives_is_not_given_to_another(database_url) -> None:
    with closing(line(database_url)) as mine:
        first, again = take(mine, "a"), take(mine, "a")
        assert (first, again) == (Lease("a", 1), Lease("a", 2))
        assert take(mine, "b") == Taken("a")
        assert not renewed(mine, first)
        assert renewed(mine, again)
        mine.commit(lambda database: leases.free(database, again))
        third = take(mine, "b")
        assert third.host == "b"
        assert third.incarnation > again.incarnation, "a number higher than any before"
        assert not renewed(mine, again)


def test_who_only_waits_does_not_wait_for_those_who_write(database_url) -> None:
    """The trap: a lock that each look takes would hold up whoever leads."""
    with closing(line(database_url)) as waiting:
        held = take(waiting, "a")

        def write_slowly(database):
            database.write("listening", source="a", at=1.0)
            return take(waiting, "b")

        with closing(line(database_url, leases.guard(lambda: held))) as writer:
            assert writer.commit(write_slowly) == Taken("a")


def test_who_takes_the_lease_waits_for_transactions_of_the_one_before(database_url) -> None:
    with closing(line(database_url)) as taker:
        held = take(taker, "a")
        inside, go_on = threading.Event(), threading.Event()

        def slow(database):
            inside.set()
            go_on.wait(10)
            return database.write("listening", source="a", at=1.0)

        with closing(line(database_url, leases.guard(lambda: held))) as writer:
            writing = threading.Thread(target=writer.commit, args=(slow,))
            writing.start()
            assert inside.wait(10)
            taking = threading.Thread(target=take, args=(taker, "a"))
            taking.start()
            taking.join(0.2)
            assert taking.is_alive()
            go_on.set()
            writing.join()
            taking.join()
            with pytest.raises(Unavailable, match="taken this database over"):
                writer.commit(lambda database: database.write("listening", source="b", at=1.0))


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path) -> None:
    with cluster() as server:
        server.create("carrel")
        server.stop()
        store = build(StoreParts(tmp_path, SystemClock(), server.url("carrel")))
        with capture_logs() as logs:
            opening = asyncio.create_task(store.open())
            while not logs:  # noqa: ASYNC110 - a log has no event for us
                await asyncio.sleep(0)
            assert not opening.done()
            server.start()
            await opening
        assert [entry["event"] for entry in logs] == ["store away, tried again", "store back"]
        assert (await accept(store, 1)).seq == 1
        await store.close()


async def test_who_is_refused_is_told_the_mend(postgres, tmp_path) -> None:
    store = build(StoreParts(tmp_path, SystemClock(), postgres.url("nowhere")))
    with pytest.raises(ConfigError, match=r'"nowhere" does not exist\): create the database'):
        await store.open()


def test_a_statement_that_is_stuck_ends_and_a_step_of_the_schema_may_last(database_url) -> None:
    address = address_of(database_url)
    noting = "DO $$ BEGIN RAISE EXCEPTION '%', current_setting('statement_timeout'); END $$"
    with closing(connect(address)) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == {
            "statement_timeout": "30s"
        }
        step = Migration(version(connection) + 1, "noting", noting)
        with pytest.raises(psycopg.errors.RaiseException, match=r"^0\n"):
            make_ready(connection, address, (step,))


def test_a_newer_schema_and_another_encoding_are_refused(postgres, database_url) -> None:
    steps = postgres_migrations()
    address = address_of(database_url)
    with closing(connect(address)) as connection:
        assert version(connection) == steps[-1].number
        with pytest.raises(ConfigError, match="knows up to 1: install the newer Carrel"):
            make_ready(connection, address, steps[:1])
        assert version(connection) == steps[-1].number
    postgres.run(
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    address = address_of(postgres.url("latin"))
    with (
        closing(connect(address)) as connection,
        pytest.raises(ConfigError, match="createdb --encoding=UTF8"),
    ):
        make_ready(connection, address, steps)
    postgres.drop("latin")
