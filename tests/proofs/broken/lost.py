"""Every fourth message is acknowledged and not stored."""

from __future__ import annotations

from itertools import count

from carrel.ports.store import Accepted
from carrel.stores.sqlite import SqliteStore


def apply() -> None:
    real, numbers = SqliteStore.accept, count(1)

    async def accept(self, inbound, *rest, **more):
        if next(numbers) % 4 == 0:
            return Accepted(0, duplicate=True)
        return await real(self, inbound, *rest, **more)

    SqliteStore.accept = accept
