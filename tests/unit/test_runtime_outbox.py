"""Cards of turns that are over soon, and replies that waited for too long."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from tests.unit.runtime.outboxes import A, B, Desk, failing

from carrel.core.errors import Unavailable
from carrel.core.late import LATE_AFTER
from carrel.core.messages import Body, Gone, Mark, Notice, Outbound, Progress
from carrel.core.model import MessageId
from carrel.ports.platform import Refusal
from carrel.runtime.clock import SystemClock
from carrel.runtime.outbox import Outbox
from carrel.stores.memory import MemoryStore
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


class Returned(Desk):
    """An outbox that is begun when much has been said already."""

    def __init__(self, max_age: float = 0.0) -> None:
        super().__init__()
        self.outbox = Outbox(self.store, {"fake": self.platform}, self.clock, max_age)

    async def said(self, nonce: str, age: float, body: Body | str = "", place=A) -> None:
        body = Notice(body or f"text {nonce}") if isinstance(body, str) else body
        await self.store.say((Outbound(nonce, place, body),), self.clock.now() - age)

    def states(self) -> dict[str, str]:
        return {nonce: row.state for nonce, row in self.store._tables.outbox.items()}


@pytest.fixture
async def back():
    one = Returned()
    yield one
    await one.outbox.close()


LONG_AGO = LATE_AFTER + 1


async def test_replies_of_long_ago_are_told_of_once_and_new_ones_are_sent(back) -> None:
    """spec: 4.6"""
    for n in range(30):
        await back.said(f"n{n}", LONG_AGO)
    await back.said("new", LATE_AFTER)
    await back.said("there", LONG_AGO, place=B)
    with capture_logs() as logs:
        await back.outbox.start()
        await settle(200)
    told = [o.conversation for o in back.platform.sent if o.nonce.endswith(".late")]
    assert sorted(told, key=str) == [A, B]
    first, second = (o.body.text for o in back.platform.sent if o.conversation == A)
    assert first.startswith("30 replies were not delivered")
    assert "1 h 0 min ago: text n29" in first
    assert second == "text new"
    assert [one["replies"] for one in logs if one["event"] == "too late to be sent"] == [30, 1]
    states = back.states()
    assert (states["n0"], states["n1"], states["n29"]) == ("sent", "dead", "dead")
    assert not back.store._tables.outbox["n1"].unsure, "it was never begun to be sent"
    assert await back.store.lanes() == ()


async def test_what_shows_how_things_stand_is_never_too_late(back) -> None:
    """spec: 4.6"""
    await back.said("mark", LONG_AGO, Mark(MessageId("fake/1"), "answered"))
    await back.said("shown", LONG_AGO, "as it was")
    (row,) = await back.store.due(A.address, 1)
    await back.store.sent(row, "shown", 1.0)
    await back.said("shown", LONG_AGO, "as it is")
    await back.outbox.start()
    await settle(100)
    assert sorted(back.platform.texts()) == ["as it is", "mark"]


async def test_nothing_is_set_aside_before_it_is_told_of(back) -> None:
    for n in ("a", "b"):
        await back.said(n, LONG_AGO)
    back.platform.answers_with = failing(Unavailable("away"))
    with capture_logs():
        await back.outbox.start()
        await settle()
        assert set(back.states().values()) == {"pending"}
        await back.clock.advance(60)
        await settle(100)
    assert [try_[0] for try_ in back.platform.tries] == ["a.late", "a.late"]
    assert back.states() == {"a": "sent", "b": "dead"}


async def test_a_summary_that_is_refused_takes_nothing_along(back) -> None:
    for n in ("a", "b"):
        await back.said(n, LONG_AGO)
    back.platform.answers_with = failing(Refusal("too long"))
    with capture_logs():
        await back.outbox.start()
        await settle(100)
    assert back.states() == {"a": "dead", "b": "sent"}
    assert "b.late" in [o.nonce for o in back.platform.sent]


async def test_a_summary_that_is_not_wanted_any_more_takes_nothing_along(back) -> None:
    """Its first reply was taken back in the moment in which it was to be told of."""
    for n in ("a", "b"):
        await back.said(n, LONG_AGO)
    sending = back.store.sending

    async def taken_back(row) -> bool:
        back.store.sending = sending
        await back.said("a", LONG_AGO, Gone())
        return await sending(row)

    back.store.sending = taken_back
    await back.outbox.start()
    await settle(100)
    assert back.states()["b"] == "sent"
    assert [o.nonce for o in back.platform.sent] == ["b.late"]


async def test_an_operator_may_have_more_patience() -> None:
    d = Returned(max_age=LATE_AFTER * 3)
    await d.said("n", LATE_AFTER * 2)
    await d.outbox.start()
    await settle(100)
    assert d.platform.texts() == ["text n"]
    await d.outbox.close()


async def test_a_stop_waits_for_what_is_to_be_tried_again() -> None:
    """spec: 9.1"""
    d = Desk()
    d.platform.answers_with = failing(Unavailable("away"))
    with capture_logs():
        await d.say("n", "hello")
        await settle()
        flushing = asyncio.Task(d.outbox.flush(5))
        await settle()
        assert not flushing.done()
        await d.clock.advance(1)
        await settle()
    await flushing
    assert d.platform.texts() == ["hello"]
    await d.outbox.close()


@pytest.mark.parametrize("after", [5.0, 0.5])
async def test_a_card_whose_time_comes_during_a_stop_is_not_shown(after: float) -> None:
    d = Desk()
    d.platform.limits = replace(d.platform.limits, card_after=after)
    await d.say("card", Progress("t"))
    await settle()
    await d.outbox.flush(1)
    await d.clock.advance(6)
    d.outbox.wake([Outbound("card", A, Progress("t"))])
    await settle()
    assert d.platform.tries == []
    await d.outbox.close()


async def test_nothing_is_sent_after_the_close() -> None:
    d = Desk()
    await d.say("n", "hello")
    await d.outbox.close()
    await settle()
    assert d.platform.tries == []
    assert await d.store.lanes() == (A.address,)


class Slow(MemoryStore):
    """Counts how often it is asked what is due, and answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.gate, self.away = 0, asyncio.Event(), False
        self.gate.set()

    async def due(self, lane, limit):
        self.asked += 1
        await self.gate.wait()
        if self.away:
            self.away = False
            raise Unavailable("locked")
        return await super().due(lane, limit)


async def test_a_card_that_waits_is_not_looked_for_all_the_time_and_comes_on_the_second() -> None:
    store = Slow()
    d = Desk(store)
    d.platform.limits = replace(d.platform.limits, card_after=5.0)
    await d.say("card", Progress("t"))
    await settle(100)
    assert store.asked < 3
    await d.clock.advance(5)
    d.show("card", "so far")
    await settle()
    assert d.platform.texts() == ["so far"]
    await d.outbox.close()


async def test_a_stop_waits_for_the_store_too() -> None:
    """spec: 9.1"""
    store = Slow()
    store.gate.clear()
    d = Desk(store)
    await d.say("n", "hello")
    await settle()
    flushing = asyncio.Task(d.outbox.flush(5))
    await settle()
    assert not flushing.done()
    store.gate.set()
    await settle()
    await d.clock.advance(1)
    await flushing
    assert d.platform.texts() == ["hello"]
    await d.outbox.close()


async def test_a_stop_waits_for_a_store_that_is_away() -> None:
    """spec: 9.1"""
    store = Slow()
    store.away = True
    d = Desk(store)
    with capture_logs():
        await d.say("n", "hello")
        await settle()
        flushing = asyncio.Task(d.outbox.flush(5))
        await settle()
        assert not flushing.done()
        await d.clock.advance(1)
        await settle()
        await d.clock.advance(1)
        await flushing
    assert d.platform.texts() == ["hello"]
    await d.outbox.close()


async def test_each_outage_is_logged_once_and_its_end_too_and_the_tries_become_rarer() -> None:
    d = Desk()
    with capture_logs() as logs:
        for n in range(2):
            d.platform.answers_with = failing(Unavailable("away"), Unavailable("still"))
            before = len(d.platform.tries)
            await d.say(f"n{n}", f"text {n}")
            await settle()
            assert [one["event"] for one in logs].count("cannot deliver") == n + 1
            for seconds, tries in ((0.4, 1), (0.1, 2), (0.9, 2), (0.1, 3)):
                await d.clock.advance(seconds)
                await settle()
                assert len(d.platform.tries) - before == tries
            await d.say(f"m{n}", "well")
            await settle()
    told = [one["event"] for one in logs if one["event"] in ("cannot deliver", "delivers again")]
    assert told == ["cannot deliver", "delivers again"] * 2
    await d.outbox.close()


async def test_edits_keep_their_distance() -> None:
    d = Desk()
    d.platform.limits = replace(d.platform.limits, edit_every=5.0)
    await d.say("card", Progress("t", text="begun"))
    await settle()
    for words in ("a", "b"):
        d.show("card", words)
        await settle()
    await d.clock.advance(4.5)
    d.show("card", "c")
    await settle()
    assert d.platform.texts() == ["begun", "a"]
    await d.clock.advance(0.5)
    d.show("card", "d")
    await settle()
    assert d.platform.texts() == ["begun", "a", "d"]
    await d.outbox.close()


async def test_a_platform_that_shows_every_card_shows_those_of_a_stop_too() -> None:
    d = Desk()
    await d.outbox.flush(1)
    await d.say("card", Progress("t", text="begun"))
    await settle()
    assert d.platform.texts() == ["begun"]
    await d.outbox.close()
