"""The one way in: heard or not, stored or not, once, and never half."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Full, Unavailable
from carrel.core.messages import ApprovalCard, Inbound, Menu
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.platform import Verdict
from carrel.runtime.intake import TAKEN
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House

STRANGER = Sender("fake", "x", "Ada")
MIA = Sender("fake", "mia", "Mia")


class Moody(MemoryStore):
    """Raises `error` instead of storing, or waits for `gate` before it."""

    error: Exception | None = None
    gate: asyncio.Event | None = None

    async def accept(self, inbound, route, at, *, command, held=False):
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return await super().accept(inbound, route, at, command=command, held=held)


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
        assert logs[-1]["event"] == "disk full, message refused"
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


async def test_an_approver_of_one_place_is_none_in_another(tmp_path) -> None:
    """spec: 5.11"""
    rules = Rules(waiting="queue", places={"fake:b": PlaceRule(approvers=frozenset({MIA.address}))})
    async with House(tmp_path, rules=rules) as house:
        for channel in ("a", "b"):
            await house.say("ask May I?", channel)
            await house.platform.until(lambda here=channel: bool(asked(house, here)))
            await house.say(f"/allow {asked(house, channel)[0]}", channel, sender=MIA)
        await house.platform.until(lambda: house.platform.answers("b") == ["allowed"])
        assert "needs the role 'approver' here; yours is 'member'" in house.platform.notices()[0]


def asked(house: House, channel: str) -> list[str]:
    """What stands open there."""
    shown = [one for one in house.platform.shown.values() if one.conversation.channel == channel]
    return [one.body.approval for one in shown if isinstance(one.body, ApprovalCard)]


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
        house.guestbook.listed = replace(house.guestbook.listed, bots=frozenset({"fake:r2"}))
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


async def test_what_waits_is_changed_and_dropped_with_its_message(tmp_path) -> None:
    """spec: 2.8"""
    async with House(tmp_path) as house:
        await house.say("hang", identity="m1")
        await house.say("second", identity="m2")
        await house.say("third", identity="m3")
        place = Conversation("fake", "a")
        edit = Inbound("fake", "m2", place, ADA, "anew")
        assert (await house.intake.amend(edit)).outcome == "accepted"
        await house.intake.retract("fake", "m3", place)
        runs = await house.intake.amend(replace(edit, id="m1"))
        none = await house.intake.amend(replace(edit, id="unknown"))
        assert (runs.outcome, runs.reason) == ("ignored", TAKEN)
        assert (none.outcome, none.reason) == ("ignored", "it is no message")
        assert (await house.intake.amend(replace(edit, text=""))).outcome == "refused"
        assert (await house.intake.amend(replace(edit, sender=STRANGER))).outcome == "ignored"
        await house.intake.retract("fake", "m1", place)
        await settle()
        session = (await house.store.claim("fake:a", "look")).session
        assert [prompt.text for prompt in session.waiting] == ["anew"]
        assert [prompt.text for prompt in session.turn.prompts] == ["hang"]


async def test_an_edit_that_came_as_the_engine_took_the_message_is_not_called_accepted(
    tmp_path, monkeypatch
) -> None:
    async with House(tmp_path) as house:
        await house.say("hang", identity="m1")
        await house.say("second", identity="m2")

        async def taken(key, event) -> None:
            """The turn began before the session heard of the edit."""

        monkeypatch.setattr(house.registry, "heed", taken)
        edit = Inbound("fake", "m2", Conversation("fake", "a"), ADA, "anew")
        assert await house.intake.amend(edit) == Verdict("ignored", TAKEN)


async def test_an_edit_wakes_no_session_that_has_nothing_to_change(tmp_path) -> None:
    async with House(tmp_path) as house:
        place = Conversation("fake", "a")
        await house.intake.amend(Inbound("fake", "m1", place, ADA, "anew"))
        await house.intake.retract("fake", "m1", place)
        await house.intake.vanish(place)
        assert house.registry.awake == 0


async def test_what_is_held_waits_for_a_word_and_a_held_command_is_none(tmp_path) -> None:
    """spec: 2.9"""
    async with House(tmp_path) as house:
        old = Inbound("fake", "m1", Conversation("fake", "a"), ADA, "old", addressed=True)
        assert (await house.intake.hold(old)).outcome == "accepted"
        assert (await house.intake.hold(old)).outcome == "duplicate"
        late = replace(old, id="m2", text="/stop")
        assert (await house.intake.hold(late)).outcome == "ignored"
        assert (await house.intake.hold(replace(old, sender=STRANGER))).outcome == "ignored"
        await settle()
        assert not house.engine.heard.prompts
        assert await house.store.state("fake", "m1") == "held"


async def test_a_deleted_place_takes_along_what_lies_within_it(tmp_path) -> None:
    """spec: 8.6"""
    async with House(tmp_path, rules=Rules(shared=frozenset({"fake:shared"}))) as house:
        thread = Conversation("fake", "thread", within=("a", "server"))
        await house.say("in the channel")
        await house.say("elsewhere", "b")
        await house.say("shared", "shared")
        await house.intake.accept(
            Inbound("fake", "t", thread, ADA, "in the thread", addressed=True)
        )
        await house.platform.until(lambda: len(house.platform.answers("thread")) == 1)
        await house.intake.vanish(Conversation("fake", "a"))
        await house.intake.vanish(Conversation("fake", "shared"))
        while len(house.workspaces.discarded) < 2:
            await settle()
        await settle()
        assert set(house.workspaces.discarded) == {"fake:a", "fake:thread"}
        assert {info.key for info in await house.store.sessions(9)} == {"fake:b", "default"}


async def test_what_may_follow_a_command_is_told_to_who_may_use_it(tmp_path) -> None:
    """spec: 16.9"""
    here, deaf = Conversation("fake", "a"), Conversation("fake", "deaf")
    rules = Rules(waiting="queue", places={"fake:deaf": PlaceRule(answer="never")})
    async with House(tmp_path, rules=rules) as house:
        complete = house.intake.complete
        assert await complete(here, ADA, "resume", "name", "") == (), "there is no session"
        assert await house.store.session("fake:a") is None, "and none is made"
        await house.say("lanterns")
        await house.platform.until(lambda: bool(house.platform.answers()))
        await house.say("/new")
        await house.platform.until(lambda: "fresh" in str(house.platform.sent))
        ((label, value),) = await complete(here, MIA, "resume", "name", "")
        assert "lanterns" in label
        assert value == "scripted"
        assert await complete(here, ADA, "resume", "name", "x") == ()
        assert await complete(here, STRANGER, "resume", "name", "") == ()
        assert await complete(deaf, ADA, "resume", "name", "") == ()
        assert await complete(here, MIA, "grants", "revoke", "") == ()
        assert await complete(here, ADA, "forget", "sure", "") == ()


async def test_folders_are_completed_and_lead_nowhere_else(tmp_path) -> None:
    """spec: 16.9"""
    here = Conversation("fake", "a")
    async with House(tmp_path) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        work = (await house.workspaces.prepare("fake:a")).work
        (work / "src" / "core").mkdir(parents=True)
        (work / ".git").mkdir()
        (work / "link").symlink_to("/")
        (work / "file.txt").touch()
        complete = house.intake.complete
        assert await complete(here, ADA, "files", "folder", "s") == (("src", "src"),)
        assert await complete(here, ADA, "files", "folder", "src/") == (("src/core", "src/core"),)
        for typed in ("/", "../", "link/", "none/", "/etc/"):
            assert await complete(here, ADA, "files", "folder", typed) == ()


async def test_the_engine_s_own_commands_are_completed_once_it_is_awake(tmp_path) -> None:
    """spec: 16.11"""
    async with House(tmp_path) as house:
        place = Conversation("fake", "a")

        async def offered(typed: str) -> tuple[tuple[str, str], ...]:
            return await house.intake.complete(place, ADA, "run", "what", typed)

        assert await offered("re") == ()
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        assert await offered("re") == (("recite: Says something by heart.", "recite"),)
        assert await offered("cl") == (), "what is not run here is not offered"
        assert await house.intake.complete(place, STRANGER, "run", "what", "re") == ()
        await house.say("/run")
        await house.platform.until(lambda: any("recite: " in text for text in menus(house)))


def menus(house: House) -> list[str]:
    """The texts of the menus shown."""
    return [o.body.text for o in house.platform.shown.values() if isinstance(o.body, Menu)]
