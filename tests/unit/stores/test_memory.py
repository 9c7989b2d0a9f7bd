from __future__ import annotations

from carrel.core.model import SessionKey
from carrel.ports.store import Store, StoreParts
from carrel.stores.memory import MemoryStore, build
from carrel.testing.clock import ManualClock


async def test_it_is_empty_and_says_nothing(tmp_path) -> None:
    store: Store = build(StoreParts(tmp_path, ManualClock()))
    await store.open()
    assert (store.incidents, await store.sessions(9)) == ((), ())


async def test_it_keeps_everything_as_long_as_the_process_lives() -> None:
    store = MemoryStore()
    await store.claim(SessionKey("k"), "host")
    await store.close()
    await store.open()
    assert (await store.claim(SessionKey("k"), "host")).fence.epoch == 2
