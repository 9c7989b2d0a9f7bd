"""Progress cards of platforms that show only those of turns that last."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.unit.runtime.outboxes import Desk

from carrel.core.messages import Gone, Progress
from carrel.runtime.clock import SystemClock
from carrel.runtime.outbox import Outbox
from carrel.testing.clock import settle


class Patient(Desk):
    """An outbox whose platform shows a card only of a turn that lasts."""

    def __init__(self, card_after: float) -> None:
        super().__init__()
        self.clock = SystemClock()
        self.platform.limits = replace(self.platform.limits, card_after=card_after)
        self.outbox = Outbox(self.store, {"fake": self.platform}, self.clock)


async def test_a_turn_that_is_over_soon_shows_no_card() -> None:
    d = Patient(60.0)
    await d.say("card", Progress("t"))
    d.show("card", "so far")
    await settle()
    await d.say("a", "the answer")
    await d.say("card", Gone())
    await d.platform.until(lambda: d.platform.texts() == ["the answer"])
    await settle()
    assert d.platform.tries == [("a", "the answer", False)]
    assert await d.store.lanes() == ()
    await d.outbox.close()


async def test_a_turn_that_lasts_shows_its_card_as_it_is_by_then() -> None:
    d = Patient(0.05)
    await d.say("card", Progress("t"))
    d.show("card", "so far")
    await settle()
    assert d.platform.tries == []
    await d.platform.until(lambda: d.platform.texts() == ["so far"])
    await d.outbox.close()


async def test_a_stop_shows_no_card_and_does_not_wait_for_one() -> None:
    """spec: 9.1"""
    d = Patient(60.0)
    await d.say("card", Progress("t"))
    await settle()
    async with asyncio.timeout(1):
        await d.outbox.flush(5)
    assert d.platform.tries == []
    await d.outbox.close()
