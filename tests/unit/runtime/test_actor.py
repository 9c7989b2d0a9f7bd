"""One session at work, from a message to what is shown, crashes of its parts included."""

from __future__ import annotations

from carrel.core.budgets import Budget
from carrel.core.errors import Refused, Unavailable
from carrel.core.messages import Answer, ApprovalCard, Inbound, Mark, Menu, Progress
from carrel.core.model import Conversation, Material, Sender, SessionKey
from carrel.core.turns import LINGER
from carrel.engines.script import Hang, Think, Tool, Wait
from carrel.engines.script import Say as Write
from carrel.engines.scripted import ScriptedEngine
from carrel.runtime.actor import BEGUN_AFTER, STALLED_AFTER
from carrel.runtime.rewinding import NONE
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import ADA, House

QUOTED = Material("forward", "Bob", "look at this")


async def test_a_message_is_answered_once_and_the_card_goes(tmp_path) -> None:
    """spec: 4.1 8.1"""
    async with House(tmp_path) as house:
        assert (await house.say("hello")).outcome == "accepted"
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        await settle()
        kinds = [type(o.body) for o in house.platform.shown.values()]
        assert Progress not in kinds
        assert kinds.count(Answer) == 1


async def test_a_budget_holds_back_every_session_and_an_owner_lets_one_go_on(tmp_path) -> None:
    """spec: 15.3"""
    async with House(tmp_path, budget=Budget(day=5.0)) as house:
        await house.say("cost 4.5")
        await house.platform.until(lambda: house.platform.answers() == ["cost 4.5"])
        assert any("more than 80 %: 4.50 of 5.00" in text for text in house.platform.notices())
        await house.say("cost 1", "b")
        await house.platform.until(lambda: any("used up" in n for n in house.platform.notices()))
        for place in ("a", "b"):
            await house.say("held", place)
        await house.platform.until(lambda: len(menus(house)) == 2)
        assert all("5.50 of 5.00 dollars. 1 waiting" in menu for menu in menus(house))
        await house.say("/overspend", "a")
        await house.platform.until(lambda: house.platform.answers()[1:] == ["echo: held"])
        assert len(menus(house)) == 1, "the other place still waits"
        assert house.platform.answers("b") == []


async def test_progress_is_shown_while_the_turn_runs(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hang on")
        await house.platform.until(
            lambda: any(isinstance(o.body, Progress) for o in house.platform.shown.values())
        )


async def test_the_receipt_changes_from_working_to_answered(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        await settle()
        signs = [o.body.sign for o in house.platform.sent if isinstance(o.body, Mark)]
        assert signs[-1] == "answered"


async def test_stop_ends_the_turn_and_what_waits(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hang")
        await house.say("second")
        await house.say("/stop")
        await house.platform.until(lambda: "Stopped." in house.platform.notices())
        await settle()
        assert house.platform.answers() == []
        assert await house.store.open_keys() == ()


async def test_an_approval_is_answered_through_the_same_way_in(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("ask May I?")
        cards = lambda: [  # noqa: E731 - read again each time
            o.body for o in house.platform.shown.values() if isinstance(o.body, ApprovalCard)
        ]
        await house.platform.until(lambda: bool(cards()))
        await house.say(f"/allow {cards()[0].approval}")
        await house.platform.until(lambda: house.platform.answers() == ["allowed"])
        assert cards()[0].state == "allowed"
        assert cards()[0].by == "Ada"


async def test_a_lost_engine_is_opened_again_with_its_resume_token(tmp_path) -> None:
    """spec: 8.2"""
    house = House(tmp_path)
    async with house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        house.engine.heard.lives[0].die()
        await house.say("again")
        await house.platform.until(lambda: len(house.platform.answers()) == 2)
        assert house.engine.heard.specs[1].resume is not None


async def test_a_turn_that_is_always_lost_is_set_aside_visibly(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("lose")
        await house.say("next")
        for _ in range(4):
            await settle()
            await house.clock.advance(3)
        await house.platform.until(lambda: house.platform.answers() == ["echo: next"])
        assert any("Set aside after 3 tries" in n for n in house.platform.notices())


async def test_an_engine_that_cannot_open_is_said_in_the_chat(tmp_path) -> None:
    async with House(tmp_path) as house:
        house.engine.failures.append(Refused("Install bubblewrap."))
        await house.say("hello")
        await house.platform.until(lambda: "Install bubblewrap." in house.platform.notices())


async def test_a_world_that_is_away_is_tried_again(tmp_path) -> None:
    async with House(tmp_path) as house:
        house.engine.failures.append(Unavailable("not now"))
        await house.say("hello")
        await settle()
        await house.clock.advance(1)
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])


class Forgetful(MemoryStore):
    """A store that is away for a while."""

    away = 0

    async def save(self, fence, records, at) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the store is away")
        await super().save(fence, records, at)


async def test_a_store_that_is_away_for_a_moment_costs_nothing(tmp_path) -> None:
    store = Forgetful()
    async with House(tmp_path, store=store) as house:
        store.away = 2
        await house.say("hello")
        await settle()
        await house.clock.advance(2)
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])


async def test_after_a_crash_the_session_is_loaded_and_answers_once(tmp_path) -> None:
    """spec: 2.3 7.1"""
    store = Forgetful()
    async with House(tmp_path, store=store) as house:
        store.away = 5
        await house.say("hello")
        for _ in range(6):
            await settle()
            await house.clock.advance(6)
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        assert len(house.engine.heard.prompts) == 1


async def test_a_restart_takes_up_the_running_turn(tmp_path) -> None:
    """spec: 9.2"""
    store = MemoryStore()
    async with House(tmp_path, store=store) as first:
        await first.say("hang")
        await first.say("after")
        await settle()
    engine = ScriptedEngine(lambda _: [])
    async with House(tmp_path, store=store, engine=engine) as second:
        await second.platform.until(lambda: len(second.platform.answers()) == 2)
        assert [p.text for p in engine.heard.prompts] == ["hang", "after"]


async def test_a_stored_command_is_obeyed_after_a_restart(tmp_path) -> None:
    store = MemoryStore()
    async with House(tmp_path, store=store) as first:
        await first.say("hang")
        await settle()
        first.registry._stopping = True
        await first.say("/stop")
        await settle()
    async with House(tmp_path, store=store) as second:
        await second.platform.until(lambda: "Stopped." in second.platform.notices())


async def test_an_idle_session_sleeps_and_wakes_with_its_conversation(tmp_path) -> None:
    """spec: 12.1"""
    async with House(tmp_path, idle=0.01) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        while house.registry.awake:
            await settle()
        assert not house.engine.heard.lives[0].alive
        await house.say("again")
        await house.platform.until(lambda: len(house.platform.answers()) == 2)
        assert house.engine.heard.specs[-1].resume is not None


async def test_long_answers_are_split_for_the_platform(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("word " * 900)
        await house.platform.until(lambda: len(house.platform.answers()) >= 3)
        assert all(len(text) <= 2000 for text in house.platform.answers())


async def test_the_listing_knows_the_session(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.say("hello")
        await house.platform.until(lambda: bool(house.platform.answers()))
        assert (await house.store.session(SessionKey("fake:a"))).turns == 1


async def test_somebody_who_begins_to_write_finds_the_engine_open(tmp_path) -> None:
    async with House(tmp_path) as house:
        await house.intake.expect(Conversation("fake", "a"), ADA)
        await settle()
        assert len(house.engine.heard.lives) == 1
        await house.say("hello")
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello"])
        assert len(house.engine.heard.lives) == 1


async def test_a_stranger_or_a_full_house_warms_nothing(tmp_path) -> None:
    async with House(tmp_path, max_live=1) as house:
        await house.intake.expect(Conversation("fake", "a"), Sender("fake", "eve", "Eve"))
        await settle()
        assert not house.engine.heard.lives
        await house.say("hang")
        await house.intake.expect(Conversation("fake", "b"), ADA)
        await settle()
        assert len(house.engine.heard.lives) == 1


async def test_an_engine_opened_ahead_never_breaks_the_cap(tmp_path) -> None:
    """spec: 10.4"""

    class Slow(ScriptedEngine):
        async def open(self, spec, tell):
            await settle()
            return await super().open(spec, tell)

    async with House(tmp_path, max_live=1, engine=Slow()) as house:
        await house.intake.expect(Conversation("fake", "a"), ADA)
        await house.say("hello", "b")
        await house.platform.until(lambda: house.platform.answers("b") == ["echo: hello"])
        await house.say("hello", "a")
        await house.platform.until(lambda: house.platform.answers("a") == ["echo: hello"])
        assert house.engine.heard.most_alive == 1


def signs(house: House) -> list[str]:
    return [o.body.sign for o in house.platform.sent if isinstance(o.body, Mark)]


async def test_the_receipt_says_that_the_engine_works_once_it_has_for_a_moment(tmp_path) -> None:
    async with House(tmp_path, engine=ScriptedEngine(lambda _: (Write("so far"), Hang()))) as house:
        await house.say("hello")
        await settle()
        assert signs(house) == ["stored"]
        await house.clock.advance(BEGUN_AFTER)
        await settle()
        assert signs(house) == ["stored", "working"]


async def test_a_forward_and_its_comment_are_asked_as_one(tmp_path) -> None:
    """spec: 3.5"""
    async with House(tmp_path) as house:
        place = Conversation("fake", "a")
        forward = Inbound("fake", "f", place, ADA, "", material=(QUOTED,), more=True)
        await house.intake.accept(forward)
        await settle()
        assert not house.engine.heard.prompts
        await house.say("what is this?")
        await house.platform.until(lambda: len(house.platform.answers()) == 1)
        assert [p.material for p in house.engine.heard.prompts] == [(QUOTED,), ()]


async def test_a_forward_alone_is_asked_after_a_moment(tmp_path) -> None:
    async with House(tmp_path) as house:
        place = Conversation("fake", "a")
        await house.intake.accept(
            Inbound("fake", "f", place, ADA, "", material=(QUOTED,), more=True)
        )
        await settle()
        await house.clock.advance(LINGER)
        await house.platform.until(lambda: len(house.platform.answers()) == 1)


async def test_a_deleted_conversation_leaves_nothing_behind_and_may_begin_anew(tmp_path) -> None:
    """spec: 8.6"""
    async with House(tmp_path) as house:
        await house.say("hang")
        await house.say("second")
        await house.intake.vanish(Conversation("fake", "a"))
        while not house.workspaces.discarded:
            await settle()
        await settle()
        assert await house.store.open_keys() == ()
        assert await house.store.sessions(9) == ()
        await house.say("hello again")
        await house.platform.until(lambda: house.platform.answers() == ["echo: hello again"])
        assert [info.key for info in await house.store.sessions(9)] == ["fake:a"]


def menus(house: House) -> list[str]:
    return [o.body.text for o in house.platform.shown.values() if isinstance(o.body, Menu)]


async def test_a_turn_that_stands_still_says_so_until_it_goes_on(tmp_path) -> None:
    """spec: 18.3"""
    gate = Wait()
    engine = ScriptedEngine(lambda text: (Think(), gate, Write(text)))
    async with House(tmp_path, engine=engine) as house:
        await house.say("hello")
        await settle()
        await house.clock.advance(STALLED_AFTER - 1)
        assert menus(house) == []
        await house.clock.advance(1)
        await house.platform.until(lambda: len(menus(house)) == 1)
        card = next(o.body for o in house.platform.shown.values() if isinstance(o.body, Progress))
        assert card.state == "stalled"
        await house.clock.advance(2 * STALLED_AFTER)
        assert len(menus(house)) == 1
        gate.gate.set()
        await house.platform.until(lambda: house.platform.answers() == ["hello"])
        await settle()
        assert menus(house) == []


async def test_progress_keeps_a_long_turn_from_being_called_stalled(tmp_path) -> None:
    """spec: 18.3"""
    gates = [Wait() for _ in range(4)]
    steps = [step for gate in gates for step in (Tool("Bash", "make"), gate)]
    engine = ScriptedEngine(lambda text: (*steps, Write(text)))
    async with House(tmp_path, engine=engine) as house:
        await house.say("hello")
        for gate in gates:
            await settle()
            await house.clock.advance(STALLED_AFTER - 1)
            assert menus(house) == []
            gate.gate.set()
        await house.platform.until(lambda: house.platform.answers() == ["hello"])


async def test_a_stalled_turn_is_begun_anew(tmp_path) -> None:
    """spec: 18.3"""
    stuck = [True]
    engine = ScriptedEngine(
        lambda text: (Think(), Wait()) if stuck and stuck.pop() else (Write(text),)
    )
    async with House(tmp_path, engine=engine) as house:
        await house.say("hello")
        await settle()
        await house.clock.advance(STALLED_AFTER)
        await house.platform.until(lambda: len(menus(house)) == 1)
        await house.say("/again")
        await settle()
        await house.clock.advance(5)
        await house.platform.until(lambda: house.platform.answers() == ["hello"])
        await settle()
        assert menus(house) == []


async def test_what_was_asked_before_a_crash_is_answered_after_it(tmp_path) -> None:
    """spec: 2.5"""
    store = MemoryStore()
    async with House(tmp_path, store=store) as first:
        first.registry._stopping = True
        await first.say("/files")
        await settle()
    async with House(tmp_path, store=store) as second:
        await second.platform.until(second.platform.notices)


async def test_what_goes_back_is_done_after_a_crash_before_anything_begins(tmp_path) -> None:
    """spec: 14.9"""
    store = MemoryStore()
    async with House(tmp_path, store=store) as first:
        first.registry._stopping = True
        await first.say("hello")
        await first.say("/rewind 1 both")
        await settle()
    async with House(tmp_path, store=store) as second:
        await second.platform.until(lambda: len(second.platform.answers()) == 1)
        (said,) = second.platform.notices()
        assert said == NONE, "it met no turn"
