"""What was missed is read, answered in its order, and goes before anything newer.

spec: 2.9 3.6
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Unavailable
from carrel.core.messages import Inbound, MissedCard
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.platform import Page, Refusal, Vanished
from carrel.ports.store import Cursor
from carrel.runtime.catchup import ACTIVE_FOR, AHEAD, LIVE, TICK, CatchUp
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House, RecordingPlatform

A, B, NEVER = (Conversation("fake", name) for name in ("a", "b", "never"))
HOUR, SWEEP_EVERY = 3600.0, 300.0


def said(number: int, house: House, place: Conversation = A, age: float = 0.0, **more) -> Inbound:
    at = house.clock.now() - age
    text = more.pop("text", f"message {number}")
    sender = more.pop("sender", ADA)
    return Inbound("fake", str(number), place, sender, text, addressed=True, at=at, **more)


def page(*messages: Inbound, more: bool = False) -> Page:
    last = messages[-1]
    return Page(messages, Cursor(last.conversation, last.id), more)


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    rules = Rules(waiting="queue", places={"fake:never": PlaceRule(answer="never")})
    async with House(tmp_path, platform=RecordingPlatform(), rules=rules) as one:
        yield one


@pytest.fixture
async def way(house: House) -> AsyncIterator[CatchUp]:
    catch_up = CatchUp(house.platform, house.intake, house.store, house.clock, HOUR, SWEEP_EVERY)
    running = asyncio.Task(catch_up.run())
    await settle()
    yield catch_up
    running.cancel()
    await settle()


def heard(house: House) -> list[str]:
    return [prompt.text for prompt in house.engine.heard.prompts]


async def test_what_was_said_meanwhile_is_answered_in_its_order(house, way) -> None:
    await way.accept(said(1, house))
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [page(said(1, house), said(2, house), said(3, house))]
    await way.catch_up("fake")
    await house.platform.until(lambda: len(house.platform.answers()) == 3)
    assert heard(house) == ["message 1", "message 2", "message 3"]
    assert await house.store.cursors("fake") == (Cursor(A, "3"),)


async def test_a_live_message_waits_for_those_that_were_missed_before_it(house, way) -> None:
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [page(said(1, house), said(2, house))]
    await way.catch_up("fake")
    await way.accept(said(3, house))
    await house.platform.until(lambda: len(house.platform.answers()) == 3)
    assert heard(house) == ["message 1", "message 2", "message 3"]


async def test_one_place_is_read_once_however_many_wait_for_it(house, way) -> None:
    house.platform.places = (A,)
    await way.catch_up("fake")
    await asyncio.gather(*(way.accept(said(number, house)) for number in (1, 2, 3)))
    assert [address for address, _, _ in house.platform.read] == ["fake:a"]


async def test_page_after_page_is_read_and_the_cursor_follows(house, way) -> None:
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [page(said(1, house), more=True), page(said(2, house))]
    await way.catch_up("fake")
    await house.platform.until(lambda: len(house.platform.answers()) == 2)
    assert [(after) for _, after, _ in house.platform.read] == [None, "1"]
    assert await house.store.cursors("fake") == (Cursor(A, "2"),)


async def test_reading_begins_well_before_the_source_was_last_listened_to(house, way) -> None:
    """The clock that noted it may have been ahead of the network's."""
    await house.store.listening("fake", AHEAD + 77.0)
    house.platform.places = (A, B)
    await house.store.move_cursor("fake", Cursor(B, "40"), 50.0)
    await way.catch_up("fake")
    await settle()
    assert sorted(house.platform.read) == [("fake:a", None, 77.0), ("fake:b", "40", 77.0)]
    assert await house.store.listened("fake") == house.clock.now()


async def test_the_first_time_nothing_from_before_is_read(house, way) -> None:
    house.platform.places = (A,)
    await way.catch_up("fake")
    await settle()
    assert house.platform.read == [("fake:a", None, house.clock.now())]


async def test_what_is_too_old_is_asked_about_and_not_answered(house, way) -> None:
    house.platform.places = (A,)
    old = [said(number, house, age=HOUR + 1) for number in (1, 2)]
    house.platform.pages["fake:a"] = [page(*old, said(3, house))]
    await way.catch_up("fake")
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    await settle()
    assert heard(house) == ["message 3"]
    (card,) = [o.body for o in house.platform.shown.values() if isinstance(o.body, MissedCard)]
    assert (card.count, card.oldest) == (2, old[0].at)
    await house.say("/missed answer")
    await house.platform.until(lambda: len(house.platform.answers()) == 3)
    assert heard(house) == ["message 3", "message 1", "message 2"]


async def test_what_a_network_gives_late_by_itself_is_asked_about_too(house, way) -> None:
    """Telegram keeps what nobody heard, and has no history to be read."""
    house.platform.limits = replace(house.platform.limits, gives_late=True)
    await way.accept(said(1, house, age=HOUR + 1))
    assert (await way.accept(said(2, house, age=HOUR + 1, text="/new"))).outcome == "ignored"
    await way.accept(said(3, house))
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    await settle()
    assert heard(house) == ["message 3"]
    (card,) = [o.body for o in house.platform.shown.values() if isinstance(o.body, MissedCard)]
    assert card.count == 1


async def test_what_is_new_is_answered_whatever_its_clock_shows(house, way) -> None:
    await way.accept(said(1, house, age=HOUR + 1))
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    assert heard(house) == ["message 1"]


async def test_what_is_a_moment_old_is_not_late_though_nothing_missed_is_answered(house) -> None:
    house.platform.limits = replace(house.platform.limits, gives_late=True)
    way = CatchUp(house.platform, house.intake, house.store, house.clock, 0.0, HOUR)
    await way.accept(said(1, house, age=LIVE - 1))
    await house.platform.until(lambda: len(house.platform.answers()) == 1)


async def test_an_old_command_is_not_obeyed_and_a_stranger_is_not_heard(house, way) -> None:
    house.platform.places = (A,)
    stranger = Sender("fake", "x", "X")
    house.platform.pages["fake:a"] = [
        page(
            said(1, house, age=2 * HOUR, text="/new"),
            said(2, house, age=2 * HOUR, sender=stranger),
            said(3, house, sender=stranger),
        )
    ]
    await way.catch_up("fake")
    await settle()
    assert await house.store.sessions(9) == ()
    assert await house.store.cursors("fake") == (Cursor(A, "3"),)


async def test_what_is_missed_while_one_reads_is_read_too(house, way) -> None:
    house.platform.places = (A,)
    gate, read = asyncio.Event(), house.platform.history

    async def slowly(*given):
        page = await read(*given)
        await gate.wait()
        return page

    house.platform.history = slowly
    house.platform.pages["fake:a"] = [page(said(1, house)), page(said(2, house))]
    await way.catch_up("fake")
    await settle()
    await way.catch_up("fake")
    gate.set()
    await house.platform.until(lambda: len(house.platform.answers()) == 2)
    assert [after for _, after, _ in house.platform.read] == [None, "1"]


async def test_where_nothing_is_answered_nothing_is_read(house, way) -> None:
    house.platform.places = (NEVER,)
    await way.catch_up("fake")
    await settle()
    assert house.platform.read == []


async def test_a_network_that_is_away_is_asked_again_by_the_next_message(house, way) -> None:
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [
        *(Unavailable("away") for _ in range(2)),
        page(said(1, house)),
    ]
    with capture_logs() as logs:
        await way.catch_up("fake")
        await settle()
        with pytest.raises(Unavailable):
            await way.accept(said(2, house))
    assert logs[-1]["event"] == "cannot catch up"
    assert (await way.accept(said(2, house))).outcome == "accepted"
    await house.platform.until(lambda: len(house.platform.answers()) == 2)
    assert heard(house) == ["message 1", "message 2"]


async def test_a_place_that_may_not_be_read_holds_nothing_up(house, way) -> None:
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [Refusal("no permission")]
    await way.catch_up("fake")
    assert (await way.accept(said(1, house))).outcome == "accepted"
    assert len(house.platform.read) == 1


async def test_a_place_that_was_deleted_meanwhile_ends_its_session(house, way) -> None:
    """spec: 8.6"""
    await way.accept(said(1, house))
    await house.platform.until(lambda: len(house.platform.answers()) == 1)
    house.platform.places = (A,)
    house.platform.pages["fake:a"] = [Vanished("gone")]
    await way.catch_up("fake")
    while not house.workspaces.discarded:
        await settle()
    assert house.workspaces.discarded == ["fake:a"]
    await settle()
    assert await house.store.sessions(9) == ()
    assert await house.store.cursors("fake") == ()


async def test_conversations_in_use_are_read_again_for_what_got_lost_on_the_way(house, way) -> None:
    await way.catch_up("fake")
    await way.accept(said(1, house))
    await way.accept(said(3, house))
    house.platform.pages["fake:a"] = [page(said(2, house), said(3, house))]
    await house.clock.advance(SWEEP_EVERY + TICK)
    await house.platform.until(lambda: len(house.platform.answers()) == 3)
    assert house.platform.read == [("fake:a", "1", house.platform.read[0][2])]
    await house.clock.advance(ACTIVE_FOR + SWEEP_EVERY)
    before = len(house.platform.read)
    await house.clock.advance(2 * SWEEP_EVERY)
    assert len(house.platform.read) == before


async def test_it_is_noted_that_the_source_is_listened_to_while_it_is(house, way) -> None:
    await way.catch_up("fake")
    await house.clock.advance(TICK)
    noted = await house.store.listened("fake")
    assert noted == house.clock.now()
    house.platform.listening = False
    await house.clock.advance(3 * TICK)
    assert await house.store.listened("fake") == noted


async def test_edits_deletions_and_hints_are_passed_on(house, way) -> None:
    await way.accept(said(1, house, text="hang"))
    for number in (2, 3):
        await way.accept(said(number, house))
    assert (await way.amend(said(2, house, text="anew"))).outcome == "accepted"
    await way.retract("fake", "3", A)
    await settle()
    session = (await house.store.claim("fake:a", "look")).session
    assert [prompt.text for prompt in session.waiting] == ["anew"]
    await way.expect(B, ADA)
    assert way.answers(A)
    assert not way.answers(NEVER)
