"""What the intake does beside messages: who wakes an engine, what ends with a place, who counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from carrel.core.events import Missed
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.core.schedules import Reminder
from carrel.engines.scripted import ScriptedEngine
from carrel.runtime import intake as module
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House

HERE, DEAF = Conversation("fake", "a"), Conversation("fake", "deaf")
STRANGER = Sender("fake", "x", "Ada")
RULES = Rules(waiting="queue", places={"fake:deaf": PlaceRule(answer="never")})


async def test_only_who_is_heard_there_has_an_engine_made_ready(tmp_path) -> None:
    async with House(tmp_path, rules=RULES) as house:
        await house.intake.expect(HERE, STRANGER)
        await house.intake.expect(DEAF, ADA)
        await settle()
        assert house.registry.awake == 0
        await house.intake.expect(HERE, ADA)
        await settle()
        assert [spec.workspace.key for spec in house.engine.heard.specs] == ["fake:a"]


async def test_only_a_command_of_the_engine_s_wakes_it_to_be_completed(tmp_path) -> None:
    """spec: 16.11"""
    store, engine = MemoryStore(), ScriptedEngine()
    async with House(tmp_path, store=store) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
    async with House(tmp_path, store=store, engine=engine) as house:
        await house.intake.complete(HERE, ADA, "resume", "name", "")
        await settle()
        assert engine.heard.specs == []
        await house.intake.complete(HERE, ADA, "run", "what", "")
        await settle()
        assert len(engine.heard.specs) == 1


async def test_nothing_is_answered_where_nobody_is_and_after_the_close(tmp_path) -> None:
    async with House(tmp_path, rules=RULES) as house:
        assert [house.intake.answers(place) for place in (HERE, DEAF)] == [True, False]
        house.intake.close()
        assert not house.intake.answers(HERE)


@pytest.mark.parametrize("steers", [True, False])
async def test_an_engine_that_cannot_steer_changes_no_other_mode(tmp_path, *, steers: bool) -> None:
    modes = {}
    for mode in ("steer", "collect", "interrupt", "queue"):
        async with House(tmp_path, rules=Rules(waiting=mode)) as house:
            house.intake._steers = steers
            modes[mode] = house.intake._route(HERE).waiting
    assert modes == {mode: mode for mode in modes} | ({} if steers else {"steer": "queue"})


async def test_reminders_end_with_their_place(tmp_path) -> None:
    """spec: 8.6"""
    async with House(tmp_path) as house:
        for place in (HERE, DEAF):
            await house.store.remind(Reminder(place.channel, 2_000_000.0, place, "the oven", "Ada"))
        await house.intake.vanish(HERE)
        left = await house.store.reminders(None)
        assert [reminder.conversation for reminder in left] == [DEAF]


async def test_a_command_that_becomes_a_sentence_is_not_asked_anew(tmp_path) -> None:
    """spec: 14.10"""
    async with House(tmp_path) as house:
        await house.say("/status", identity="m1")
        await house.platform.until(lambda: bool(house.platform.notices()))
        await settle()
        edit = Inbound("fake", "m1", HERE, ADA, "a sentence", addressed=True)
        assert await house.store.state("fake", "m1") == "done"
        assert (await house.intake.amend(edit)).outcome == "ignored"


async def test_bots_are_counted_where_one_spoke_last_and_forgotten_elsewhere(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "COUNTED", 2)
    bot = Sender("fake", "r2", "R2", is_bot=True)
    async with House(tmp_path) as house:
        people = house.guestbook.listed
        house.guestbook.listed = replace(people, bots=frozenset({"fake:r2"}))
        for place in ("a", "b"):
            await house.say("beep", place, sender=bot)
        assert [*house.intake._exchanges] == ["fake:a", "fake:b"]
        await house.say("beep", "c", sender=bot)
        assert [*house.intake._exchanges] == ["fake:b", "fake:c"]


async def test_what_is_held_and_what_is_edited_is_noted_as_heard(tmp_path) -> None:
    """spec: 18.6"""
    said = Inbound("fake", "m1", HERE, ADA, "words", addressed=True)
    async with House(tmp_path) as house:
        with capture_logs() as logs:
            await house.intake.hold(replace(said, id="late"))
        assert [one["message"] for one in logs if one["event"] == "heard"] == ["fake/late"]
        await house.say("words", "b", identity="m1")
        await house.platform.until(lambda: bool(house.platform.answers("b")))
        await settle()
        edit = replace(said, conversation=Conversation("fake", "b"), text="other words")
        with capture_logs() as logs:
            assert (await house.intake.amend(edit)).outcome == "accepted"
            assert (await house.intake.amend(edit)).outcome == "duplicate"
        (noted,) = [one for one in logs if one["event"] in ("heard", "command")]
        assert (noted["role"], noted["where"]) == ("owner", "fake:b")


async def test_a_guest_who_waits_is_noted_as_heard(tmp_path) -> None:
    """spec: 18.6"""
    rules = Rules(waiting="queue", places={"fake:a": PlaceRule(guests="ask")})
    async with House(tmp_path, rules=rules) as house:
        with capture_logs() as logs:
            assert (await house.say("hello", sender=STRANGER)).outcome == "accepted"
        assert [one["role"] for one in logs if one["event"] == "heard"] == ["guest"]


async def test_what_is_held_is_told_again_as_long_as_it_is_and_never_as_a_prompt(
    tmp_path, monkeypatch
) -> None:
    """spec: 2.9"""
    said = Inbound("fake", "late", HERE, ADA, "words", addressed=True)
    async with House(tmp_path) as house:
        told, tell = [], house.registry.tell

        async def heard(key, event) -> None:
            told.append(type(event))
            await tell(key, event)

        monkeypatch.setattr(house.registry, "tell", heard)
        assert (await house.intake.hold(said)).outcome == "accepted"
        assert (await house.intake.hold(said)).outcome == "duplicate"
        assert (await house.intake.accept(said)).outcome == "duplicate"
        assert told == [Missed, Missed]
        await house.say("/missed ignore", identity="c1")
        await settle()
        assert await house.store.state("fake", "late") != "held"
        del told[:]
        assert (await house.intake.hold(said)).outcome == "duplicate"
        assert told == []
