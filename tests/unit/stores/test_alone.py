from __future__ import annotations

import pytest

from carrel.core.errors import Refused
from carrel.ports.hosts import ALONE
from carrel.stores.memory import MemoryStore


async def test_a_store_that_nobody_shares_has_no_hosts() -> None:
    store = MemoryStore()
    assert await store.hosts() == ()
    assert await store.offers() == ()
    assert store.host == ALONE
    assert store.mirrors is None
    with pytest.raises(Refused, match="No host two shares this store"):
        await store.drain("two")
