"""The one way in: heard or not, stored or not, once, and never half."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Full, Unavailable
from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.platform import Verdict
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House

STRANGER = Sender("fake", "x", "Ada")
MIA = Sender("fake", "mia", "Mia")


class Moody(MemoryStore):
    """Raises `error` instead of storing, or waits for `gate` before it."""

    error: Exception | None = None
    gate: asyncio.Event | None = None

    async def accept(self, inbound, route, at, *, command):
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return await super().accept(inbound, route, at, command=command)


def stored(house: House) -> list[str]:
    return list(house.store._tables.messages)


async def test_an_accepted_message_is_stored_before_it_is_acknowledged(tmp_path) -> None:
    """spec: 2.1"""
    store = Moody()
    store.gate = asyncio.Event()
    async with House(tmp_path, store=store) as house:
        saying = asyncio.Task(house.say("hello"))
        await settle()
        assert not saying.done()
        assert not house.engine.heard.prompts
        store.gate.set()
        assert await saying == Verdict("accepted")
        assert stored(house) == ["fake/m1"]


async def test_nothing_of_a_stranger_is_stored(tmp_path) -> None:
    """spec: 5.2"""
    async with House(tmp_path) as house:
        verdict = await house.say("my secret", sender=STRANGER)
        bot = await house.say("beep", sender=replace(ADA, is_bot=True))
        assert (verdict.outcome, bot.outcome) == ("ignored", "ignored")
        await settle()
        assert "my secret" not in repr(house.store._tables)
        assert house.platform.sent == []
        assert house.registry.awake == 0


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), (" \n ", "empty"), ("x" * 10_001, "10,001 characters")]
)
async def test_what_cannot_be_taken_is_refused_with_a_reason(tmp_path, text, reason) -> None:
    """spec: 8.5"""
    async with House(tmp_path) as house:
        verdict = await house.say(text)
        assert verdict.outcome == "refused"
        assert reason in verdict.reason
        assert stored(house) == []


async def test_the_same_message_is_acted_on_once_however_often_it_comes(tmp_path) -> None:
    """spec: 2.2"""
    async with House(tmp_path) as house:
        verdicts = await asyncio.gather(*(house.say("hello", identity="m") for _ in range(50)))
        assert sorted(verdict.outcome for verdict in verdicts) == ["accepted"] + ["duplicate"] * 49
        await house.platform.until(lambda: bool(house.platform.answers()))
        await settle()
        assert (await house.say("other words", identity="m")).outcome == "duplicate"
        assert [prompt.text for prompt in house.engine.heard.prompts] == ["hello"]


async def test_the_same_message_after_a_restart_is_a_duplicate(tmp_path) -> None:
    """spec: 2.2"""
    store = MemoryStore()
    async with House(tmp_path, store=store) as first:
        await first.say("hello", identity="m")
        await first.platform.until(lambda: bool(first.platform.answers()))
    async with House(tmp_path, store=store) as second:
        assert (await second.say("hello", identity="m")).outcome == "duplicate"
        await settle()
        assert not second.engine.heard.prompts


async def test_a_full_disk_is_said_and_nothing_is_done(tmp_path) -> None:
    """spec: 2.6"""
    store = Moody()
    store.error = Full("no space left")
    async with House(tmp_path, store=store) as house:
        with capture_logs() as logs:
            verdict = await house.say("hello")
        assert verdict.outcome == "refused"
        assert "disk is full" in verdict.reason
        assert logs[0]["event"] == "disk full, message refused"
        assert house.registry.awake == 0


async def test_a_store_that_is_away_lets_the_platform_come_again(tmp_path) -> None:
    """spec: 2.6"""
    store = Moody()
    async with House(tmp_path, store=store) as house:
        store.error = Unavailable("locked")
        with capture_logs(), pytest.raises(Unavailable, match="locked"):
            await house.say("hello", identity="m")
        store.error = None
        assert (await house.say("hello", identity="m")).outcome == "accepted"
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])


async def test_a_message_is_carried_through_though_its_caller_goes_away(tmp_path) -> None:
    """spec: 2.3"""
    store = Moody()
    store.gate = asyncio.Event()
    async with House(tmp_path, store=store) as house:
        saying = asyncio.Task(house.say("hello"))
        await settle()
        saying.cancel()
        await settle()
        assert saying.cancelled()
        store.gate.set()
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])


async def test_a_closed_intake_sends_everybody_away_to_come_again(tmp_path) -> None:
    """spec: 9.1"""
    async with House(tmp_path) as house:
        house.intake.close()
        with pytest.raises(Unavailable, match="stopping"):
            await house.say("hello")
        assert stored(house) == []


async def test_a_command_is_an_event_and_never_a_prompt(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("/status")
        await house.platform.until(lambda: bool(house.platform.notices()))
        assert "is idle" in house.platform.notices()[0]
        assert house.engine.heard.prompts == []
        assert await house.store.open_keys() == ()


async def test_a_command_beyond_the_senders_role_does_nothing_but_say_so(tmp_path) -> None:
    """spec: 5.3"""
    async with House(tmp_path) as house:
        await house.say("ask May I?")
        await settle()
        approval = next(iter(house.store._tables.approvals.values())).id
        await house.say(f"/allow {approval}", sender=MIA)
        await house.platform.until(lambda: bool(house.platform.notices()))
        assert "needs the role 'approver'" in house.platform.notices()[0]
        assert house.platform.answers() == []


async def test_messages_commands_and_restarts_ask_the_same_rules(tmp_path) -> None:
    """spec: 6.1"""
    rules = Rules(
        waiting="queue",
        shared=frozenset({"fake:a", "fake:b"}),
        places={"fake:c": PlaceRule(answer="never")},
    )
    async with House(tmp_path, rules=rules) as house:
        for place in ("a", "b", "d"):
            await house.say("hello", place)
            await house.say("/status", place)
        assert (await house.say("hello", "c")).outcome == "ignored"
        await house.platform.until(lambda: len(house.platform.notices()) == 3)
        keys = {info.key for info in await house.store.sessions(10)}
        assert keys == {"default", "fake:d"}


def test_a_stored_command_of_somebody_who_is_heard_no_more_is_not_obeyed(tmp_path) -> None:
    house = House(tmp_path)

    async def ask() -> None:
        async with house:
            place = Conversation("fake", "a")
            stop = Inbound("fake", "m", place, ADA, "/stop", addressed=True)
            assert house.intake.obey(stop) is not None
            assert house.intake.obey(replace(stop, sender=STRANGER)) is None
            assert house.intake.obey(replace(stop, text="no command")) is None

    asyncio.run(ask())


async def test_two_bots_do_not_talk_without_end(tmp_path) -> None:
    """A person's word lets them go on."""
    async with House(tmp_path) as house:
        house.intake._people = replace(house.intake._people, bots=frozenset({"fake:r2"}))
        r2 = Sender("fake", "r2", "R2", is_bot=True)
        outcomes = [(await house.say("beep", sender=r2)).outcome for _ in range(7)]
        assert outcomes == ["accepted"] * 5 + ["ignored"] * 2
        assert (await house.say("beep", "elsewhere", sender=r2)).outcome == "accepted"
        await house.say("go on")
        assert (await house.say("beep", sender=r2)).outcome == "accepted"


async def test_steering_is_asked_only_of_an_engine_that_can(tmp_path) -> None:
    async with House(tmp_path, rules=Rules(waiting="steer")) as house:
        house.intake._steers = False
        await house.say("hang")
        await house.say("more")
        await settle()
        info = await house.store.session("fake:a")
        assert (info.running, info.waiting) == (True, 1)
