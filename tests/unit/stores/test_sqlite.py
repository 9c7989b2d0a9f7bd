from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import pytest

from carrel.core.effects import Say
from carrel.core.errors import ConfigError, Unavailable
from carrel.core.messages import Inbound, Notice, Outbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.ports.store import Store, StoreParts
from carrel.stores.database import connect
from carrel.stores.sqlite import build
from carrel.testing.clock import ManualClock

HERE = Conversation("discord", "1")
ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")


@pytest.fixture
def made(tmp_path):
    return build(StoreParts(tmp_path, ManualClock()))


@pytest.fixture
async def store(made):
    await made.open()
    yield made
    await made.close()


def message(number: int) -> Inbound:
    return Inbound("discord:me", str(number), HERE, Sender("discord", "7", "ann"), "hi")


async def test_it_is_a_store_of_a_home(store, path) -> None:
    kept: Store = store
    assert kept.incidents == ()
    assert path.exists()


async def test_everything_is_there_after_it_is_opened_again(store, tmp_path) -> None:
    await store.accept(message(1), ROUTE, 1.0, command=False)
    first = await store.claim(ROUTE.key, "host")
    await store.save(first.fence, (Say(Outbound("n", HERE, Notice("hi"))),), 2.0)
    await store.close()
    again = build(StoreParts(tmp_path, ManualClock()))
    await again.open()
    loaded = await again.claim(ROUTE.key, "host")
    assert (loaded.session, loaded.fence.epoch) == (first.session, first.fence.epoch + 1)
    assert [row.outbound.nonce for row in await again.due(None, 9)] == ["n"]
    await again.close()


async def test_closing_is_idempotent_and_final(store, made) -> None:
    await store.close()
    await store.close()
    with pytest.raises(Unavailable, match="closed"):
        await store.open_keys()
    await build(StoreParts(made._path.parent, ManualClock())).close()


async def test_a_listing_does_not_wait_for_a_writer(store) -> None:
    gate = threading.Event()
    held = asyncio.gather(store._writer.run(lambda _: gate.wait(10)))
    assert await asyncio.wait_for(store.sessions(9), 5) == ()
    gate.set()
    assert await held == [True]


async def test_a_locked_file_is_unavailable_and_then_served_again(store, path) -> None:
    await store._writer.run(lambda _: None)
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        store._writer._execute = _impatient(store._writer._execute)
        with pytest.raises(Unavailable, match="locked"):
            await store.accept(message(1), ROUTE, 1.0, command=False)
        other.execute("ROLLBACK")
    assert not (await store.accept(message(1), ROUTE, 1.0, command=False)).duplicate


def _impatient(execute):
    def at_once(database, batch):
        database.connection.execute("PRAGMA busy_timeout = 0")
        return execute(database, batch)

    return at_once


async def test_a_newer_schema_is_refused(store, path, tmp_path) -> None:
    await store.close()
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigError, match="has schema 99"):
        await build(StoreParts(tmp_path, ManualClock())).open()


async def test_a_home_that_is_no_folder_is_unavailable(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    store = build(StoreParts(tmp_path / "file", ManualClock()))
    with pytest.raises(Unavailable):
        await store.open()
    await store.close()


async def test_a_backup_is_asked_for_by_name(store, tmp_path) -> None:
    await store.backup("before upgrade")
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.endswith("-before-upgrade.db")


async def test_pruning_forgets_what_has_ended(store) -> None:
    for number in range(3):
        await store.accept(message(number), ROUTE, float(number), command=False)
    await store._writer.run(
        lambda database: database.connection.execute("UPDATE inbox SET state = 'done'")
    )
    assert await store.prune(2.0) == 3  # with the cursor
    assert len(await store.history(HERE, 9)) == 1
    assert not (await store.accept(message(0), ROUTE, 9.0, command=False)).duplicate
