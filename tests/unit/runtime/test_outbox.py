"""What is said is shown: in order, once, again after a failure, one conversation beside another."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs
from tests.unit.runtime.outboxes import A, B, Desk, Platform, desk, failing, text

from carrel.core.errors import Unavailable
from carrel.core.messages import Gone, Mark, Outbound, Progress
from carrel.core.model import Conversation, MessageId
from carrel.ports.platform import Limits, NotSent, Refusal, RetryAfter
from carrel.runtime import outbox as module
from carrel.runtime.outbox import Outbox
from carrel.testing.clock import settle


async def test_what_is_said_is_shown_in_order_and_is_done() -> None:
    """spec: 3.3"""
    async with desk() as d:
        for n in range(50):
            await d.say(f"n{n}", f"text {n}")
        await settle(200)
        assert d.platform.texts() == [f"text {n}" for n in range(50)]
        assert await d.store.lanes() == ()


async def test_the_row_is_on_record_as_sending_before_the_platform_is_asked() -> None:
    """spec: 4.1"""
    async with desk() as d:
        states = []
        d.platform.answers_with = lambda o: states.append(d.store._tables.outbox[o.nonce].state)
        await d.say("n", "hello")
        await settle()
        assert states == ["sending"]
        assert d.store._tables.outbox["n"].state == "sent"


async def test_a_conversation_that_fails_or_hangs_holds_up_no_other() -> None:
    """spec: 3.4"""
    async with desk() as d:
        hung = asyncio.Event()
        d.platform.answers_with = lambda o: hung if o.conversation == A else None
        await d.say("a", "to a", A)
        await d.say("b", "to b", B)
        await settle()
        assert d.platform.texts() == ["to b"]
        hung.set()
        await settle()
        assert d.platform.texts() == ["to b", "to a"]


async def test_a_pause_that_the_platform_asks_for_is_kept() -> None:
    async with desk() as d:
        d.platform.answers_with = failing(RetryAfter(30))
        await d.say("n1", "one")
        await d.say("n2", "two")
        await settle()
        await d.clock.advance(29.9)
        assert d.platform.tries == [("n1", "one", False)]
        await d.clock.advance(0.1)
        await settle()
        assert d.platform.tries[1:] == [("n1", "one", False), ("n2", "two", False)]


@pytest.mark.parametrize(
    "error", [Unavailable("no network"), TimeoutError(), ValueError("a bug"), OSError("reset")]
)
async def test_an_unknown_outcome_is_tried_again_under_its_nonce_and_says_so(
    error: Exception,
) -> None:
    """spec: 4.2 4.4"""
    async with desk() as d:
        d.platform.answers_with = failing(error)
        with capture_logs():
            await d.say("n1", "one")
            await d.say("n2", "two")
            await settle()
            await d.clock.advance(60)
        assert d.platform.tries == [
            ("n1", "one", False),
            ("n1", "one", True),
            ("n2", "two", False),
        ]


@pytest.mark.parametrize("error", [NotSent("no network"), RetryAfter(1)])
async def test_what_certainly_did_not_arrive_makes_no_second_copy(error: Exception) -> None:
    """spec: 4.4"""
    async with desk() as d:
        d.platform.answers_with = failing(error)
        with capture_logs():
            await d.say("n", "one")
            await settle()
            await d.clock.advance(60)
        assert d.platform.tries == [("n", "one", False)] * 2


async def test_a_platform_that_is_away_is_asked_ever_more_rarely_and_logged_once() -> None:
    async with desk() as d:
        d.platform.answers_with = failing(*[Unavailable("no network")] * 20)
        with capture_logs() as logs:
            await d.say("n", "hello")
            await settle()
            for _ in range(600):
                await d.clock.advance(1)
            while not d.platform.sent:
                await d.clock.advance(60)
        words = [line["event"] for line in logs if line["event"] != "a send broke"]
        assert words == ["cannot deliver", "delivers again"]
        assert len(d.platform.tries) == 21


async def test_what_is_refused_for_ever_is_set_aside_and_the_next_goes_on() -> None:
    """spec: 4.5"""
    async with desk() as d:
        d.platform.answers_with = failing(Refusal("too rude"), when="two")
        with capture_logs() as logs:
            for n, words in enumerate(["one", "two", "three"]):
                await d.say(f"n{n}", words)
            await settle()
        told = "Something could not be shown here: too rude"
        assert d.platform.texts() == ["one", told, "three"]
        assert d.store._tables.outbox["n1"].state == "dead"
        assert not d.store._tables.outbox["n1"].unsure, "tried anew, it is no copy of anything"
        assert ("n1.refused", told, True) in d.platform.tries, "it may have been told before"
        assert logs[0]["event"] == "refused by the platform"


async def test_a_send_that_broke_is_logged_with_all_that_is_known() -> None:
    async with desk() as d:
        d.platform.answers_with = failing(ValueError("a bug"))
        with capture_logs() as logs:
            await d.say("n1", "one")
            await settle()
        (broke,) = [line for line in logs if line["event"] == "a send broke"]
        assert (broke["nonce"], broke["exc_info"]) == ("n1", True)
        assert d.store._tables.outbox["n1"].state == "pending", "on record before the pause"


async def test_a_card_that_is_refused_in_its_row_is_not_edited_any_more() -> None:
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle()
        d.platform.answers_with = failing(Refusal("unknown message"))
        with capture_logs():
            await d.say("card", Progress("t", text="stored anew"))
            await settle()
            d.show("card", "lost")
            await settle()
        assert d.platform.texts() == ["begun"]


async def test_only_the_newest_body_of_a_nonce_is_shown() -> None:
    """spec: 4.3"""
    async with desk() as d:
        for words in ("old", "newer", "newest"):
            await d.store_only("n", words)
        d.outbox.wake([Outbound("n", A, Gone())])
        await settle()
        assert d.platform.texts() == ["newest"]


async def test_a_body_said_while_the_old_one_is_sent_is_an_edit_of_it() -> None:
    """spec: 4.3"""
    async with desk() as d:
        slow = asyncio.Event()
        d.platform.answers_with = lambda o: slow if text(o.body) == "old" else None
        await d.say("n", "old")
        await settle()
        await d.say("n", "new")
        slow.set()
        await settle()
        assert d.platform.texts() == ["old", "new"]
        assert d.store._tables.outbox["n"].ref == "n"


async def test_what_was_taken_back_before_it_was_sent_is_never_shown() -> None:
    async with desk() as d:
        slow = asyncio.Event()
        d.platform.answers_with = lambda o: slow if o.nonce == "first" else None
        await d.say("first", "first")
        await d.say("n", "a word")
        await settle()
        await d.say("n", Gone())
        slow.set()
        await settle()
        assert d.platform.texts() == ["first"]


async def test_what_an_earlier_process_left_unsent_is_sent() -> None:
    """spec: 4.1 4.4"""
    async with desk() as first:
        first.platform.answers_with = lambda _: asyncio.Event()
        await first.say("n1", "one")
        await first.say("n2", "two")
        await settle()
    async with desk(first.store) as second:
        await settle()
        assert second.platform.tries == [("n1", "one", True), ("n2", "two", False)]


async def test_what_no_platform_here_can_take_is_left_and_holds_up_no_stop() -> None:
    async with desk() as d:
        await d.say("n", "hello", Conversation("telegram", "1"))
        await settle()
        await d.outbox.flush(60)
        assert d.platform.tries == []
        assert await d.store.lanes() == ("telegram:1",)


async def test_a_platform_with_an_odd_name_is_found_after_a_restart() -> None:
    d = Desk()
    place = Conversation("my chat", "1")
    await d.store_only("n", "hello", place)
    platform = Platform()
    outbox = Outbox(d.store, {"my chat": platform}, d.clock)
    await outbox.start()
    await settle()
    assert platform.texts() == ["hello"]
    await outbox.close()


async def test_flush_waits_for_what_is_due_but_not_for_ever() -> None:
    async with desk() as d:
        d.platform.answers_with = failing(Unavailable("away"))
        await d.say("n", "hello")
        flushed = asyncio.Task(d.outbox.flush(60))
        await settle()
        assert not flushed.done()
        await d.clock.advance(5)
        await flushed
        assert d.platform.texts() == ["hello"]
        d.platform.answers_with = lambda _: asyncio.Event()
        await d.say("n2", "hung")
        await d.outbox.flush(0.01)


async def test_progress_edits_its_card_and_the_newest_replaces_the_unsent() -> None:
    async with desk() as d:
        d.platform.limits = Limits(text=2000, edit_every=5.0, file=1, idempotent=True)
        await d.say("card", Progress("t", text="begun"))
        await settle()
        for words in ("a", "ab", "abc"):
            d.show("card", words)
            await settle()
        assert d.platform.texts() == ["begun", "a"]
        await d.clock.advance(5)
        d.show("card", "abcd")
        await settle()
        assert d.platform.texts() == ["begun", "a", "abcd"]


async def test_progress_never_overtakes_its_card_nor_outlives_it() -> None:
    async with desk() as d:
        d.show("card", "too early")
        await settle()
        assert d.platform.tries == []
        await d.say("card", Progress("t", text="begun"))
        await settle()
        slow = asyncio.Event()
        d.platform.answers_with = lambda o: slow if isinstance(o.body, Gone) else None
        await d.say("card", Gone())
        await settle()
        d.show("card", "too late")
        slow.set()
        await settle()
        d.show("card", "far too late")
        await settle()
        assert d.platform.texts() == ["begun", "gone"]


async def test_a_card_that_was_still_for_long_can_be_edited_again(monkeypatch) -> None:
    """A tool may be silent for minutes: the lane must not forget what it showed."""
    monkeypatch.setattr(module, "IDLE", 0.0)
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle(100)
        d.show("card", "and on")
        await settle(100)
        assert d.platform.texts() == ["begun", "and on"]
        await d.say("card", Gone())
        await settle(100)
        assert not d.outbox._lanes


async def test_a_lane_with_nothing_to_say_is_let_go(monkeypatch) -> None:
    """spec: 12.3"""
    monkeypatch.setattr(module, "IDLE", 0.0)
    async with desk() as d:
        for n in range(100):
            await d.say(f"n{n}", "hello", Conversation("fake", str(n)))
        await settle(100)
        assert len(d.platform.sent) == 100
        assert not d.outbox._lanes
        await d.say("n", "again", Conversation("fake", "1"))
        await settle()
        assert d.platform.texts()[-1] == "again"


async def test_a_platform_that_wants_a_pause_in_the_edits_has_it() -> None:
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle()
        d.platform.answers_with = failing(RetryAfter(30))
        d.show("card", "one")
        await settle()
        for _ in range(5):
            d.show("card", "two")
            await settle()
        assert len(d.platform.tries) == 2
        await d.clock.advance(30)
        assert d.platform.texts() == ["begun", "two"]


async def test_what_a_pause_kept_from_the_card_is_shown_after_it() -> None:
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle()
        d.platform.answers_with = failing(RetryAfter(30))
        d.show("card", "one")
        await settle()
        await d.clock.advance(30)
        assert d.platform.tries == [("card", words, False) for words in ("begun", "one", "one")]


@pytest.mark.parametrize("error", [Unavailable("away"), TimeoutError(), ValueError("a bug")])
async def test_a_lost_edit_is_no_loss(error: Exception) -> None:
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle()
        d.platform.answers_with = failing(error)
        d.show("card", "lost")
        with capture_logs() as logs:
            await settle()
        assert [line["event"] for line in logs] == ["progress not shown"]
        d.show("card", "next")
        await d.say("n", "answer")
        await settle()
        assert set(d.platform.texts()) == {"begun", "next", "answer"}


async def test_a_card_that_was_deleted_is_not_edited_for_ever() -> None:
    async with desk() as d:
        await d.say("card", Progress("t", text="begun"))
        await settle()
        d.platform.answers_with = failing(Refusal("unknown message"))
        with capture_logs() as logs:
            for words in ("a", "b", "c"):
                d.show("card", words)
                await settle()
        assert len(d.platform.tries) == 2
        assert [line["event"] for line in logs] == ["progress is not shown any more"]


async def test_receipts_hold_up_no_answer() -> None:
    """spec: 3.4"""
    async with desk() as d:
        slow = asyncio.Event()
        d.platform.answers_with = lambda o: slow if isinstance(o.body, Mark) else None
        await d.say("m", Mark(MessageId("fake/1"), "stored"))
        await d.say("a", "the answer")
        await settle()
        assert d.platform.texts() == ["the answer"]
        slow.set()


async def test_who_is_woken_and_told_to_end_at_once_ends() -> None:
    async with desk() as d:
        await d.say("n", "hello")
        await settle()
        for lane in d.outbox._lanes.values():
            lane.wake.set()
        async with asyncio.timeout(5):
            await d.outbox.close()
