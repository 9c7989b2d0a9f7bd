"""The tables by themselves; what they promise as a store is in tests/contract."""

from __future__ import annotations

from carrel.stores.memory_people import MemoryPeople
from carrel.stores.memory_tables import Tables


async def test_codes_leave_nothing_once_they_are_over() -> None:
    tables = Tables()
    people = MemoryPeople(tables)
    await people.offer_pairing("aa", 5.0, 1.0)
    await people.offer_pairing("bb", 9.0, 5.0)
    assert tables.pairings == {"bb": 9.0}
