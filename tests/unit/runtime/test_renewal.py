"""Settings are looked at for ever; people hear of a fault, and of its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from carrel.core.model import Conversation
from carrel.ports.changes import Change
from carrel.ports.platform import Limits
from carrel.runtime.renewal import EVERY, Herald, renew
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock


class File:
    """Says what a test lays ready, a look each."""

    def __init__(self, *changes: Change | None) -> None:
        self.changes = list(changes)

    def look(self) -> Change | None:
        return self.changes.pop(0) if self.changes else None


@asynccontextmanager
async def watched(file: File) -> AsyncIterator[list[str]]:
    did: list[str] = []

    async def tell(text: str) -> None:
        did.append(text)

    clock = ManualClock()
    task = asyncio.create_task(renew(file, lambda: did.append("taken"), tell, clock))
    while file.changes:
        await clock.slept_on()
        await clock.advance(EVERY)
    await clock.slept_on()
    yield did
    task.cancel()


async def test_only_a_change_without_a_fault_is_taken_and_the_mend_is_told_once() -> None:
    fault = Change(fault="line 3")
    async with watched(File(None, Change(("people",)), fault, None, Change(), Change())) as did:
        taken, told, again, mended, last = did
    assert taken == again == last == "taken"
    assert "line 3" in told
    assert mended == "carrel.toml was read again."


async def test_a_change_that_is_in_force_is_the_operators_act() -> None:
    waits, both = Change((), ("console",)), Change(("people",), ("console",))
    with capture_logs() as logs:
        async with watched(File(waits, Change(fault="line 3"), both)):
            pass
    noted = [one["keys"] for one in logs if one["event"] == "settings in force"]
    assert noted == [("people",)]


class Network:
    limits = Limits(text=20, edit_every=1.0, file=1, idempotent=True)


class Bell:
    def __init__(self) -> None:
        self.rung: list[str] = []

    def wake(self, parts) -> None:
        self.rung += [part.body.text for part in parts]


async def test_a_herald_says_it_where_somebody_is_and_nowhere_else() -> None:
    store, bell, clock = MemoryStore(), Bell(), ManualClock()
    herald = Herald(store, bell, {"discord": Network()}, clock)
    place = Conversation("discord", "1")
    await herald.tell(place, "There is a fault.")
    await herald.tell(None, "nobody hears")
    await herald.tell(Conversation("slack", "1"), "nobody hears")
    assert bell.rung == ["There is a fault."]
    (shown,) = await store.history(place, 10)
    assert shown.outbound.body.tone == "warning"
