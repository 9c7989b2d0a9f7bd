"""Many sessions: under one cap, each with its own failures, halted and taken up in order."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from carrel.core.errors import Fenced, Unavailable
from carrel.core.model import SessionKey
from carrel.engines.scripted import Hang, Say, ScriptedEngine, Tool, Wait
from carrel.runtime import registry as module
from carrel.runtime.hands import Hands
from carrel.runtime.seats import TENURE
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock, settle
from carrel.testing.house import House


class Fragile(MemoryStore):
    """Raises the errors of a session, one a claim or save."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, list[Exception]] = {}
        self.claims: list[str] = []

    def _fail(self, key: str) -> None:
        if self.errors.get(key):
            raise self.errors[key].pop(0)

    async def claim(self, key, host):
        self.claims.append(key)
        self._fail(key)
        return await super().claim(key, host)

    async def save(self, fence, records, at) -> None:
        self._fail(fence.key)
        await super().save(fence, records, at)


def troubles(logs) -> list[str]:
    """What was logged beside who was heard."""
    return [line["event"] for line in logs if line["event"] != "heard"]


@asynccontextmanager
async def quiet(house: House):
    with capture_logs() as logs:
        async with house:
            yield logs


async def test_thirty_sessions_never_have_more_than_three_engines(tmp_path) -> None:
    """spec: 10.4"""

    def script(text: str):
        return (Tool("Bash", "work"), Say(f"echo: {text}"))

    async with House(tmp_path, engine=ScriptedEngine(script), max_live=3) as house:
        for turn in range(3):
            for n in range(30):
                await house.say(f"{turn}", f"c{n}")
        done = lambda: sum(len(house.platform.answers(f"c{n}")) for n in range(30))  # noqa: E731 - read again each time
        await house.platform.until(lambda: done() == 90)
        for n in range(30):
            assert house.platform.answers(f"c{n}") == ["echo: 0", "echo: 1", "echo: 2"]
        assert house.engine.heard.most_alive == 3


async def test_a_busy_session_does_not_keep_the_others_from_their_turn(tmp_path) -> None:
    """spec: 10.4"""
    gate = Wait()
    engine = ScriptedEngine(lambda text: (gate, Say(text)))
    async with House(tmp_path, engine=engine, max_live=1) as house:
        for n in range(5):
            await house.say(f"busy {n}", "busy")
        await house.say("patient", "patient")
        await settle()
        await house.clock.advance(TENURE)
        gate.gate.set()
        await house.platform.until(lambda: len(house.platform.answers("busy")) == 5)
        heard = [prompt.text for prompt in house.engine.heard.prompts]
        assert heard == ["busy 0", "patient", "busy 1", "busy 2", "busy 3", "busy 4"]


async def test_a_failed_session_is_loaded_again_after_growing_waits(tmp_path) -> None:
    """spec: 7.1 8.1"""
    store = Fragile()
    house = House(tmp_path, store=store)
    async with quiet(house) as logs:
        store.errors["fake:bad"] = [RuntimeError("bug"), Unavailable("away"), RuntimeError("bug")]
        await house.say("hello", "bad")
        for n in range(5):
            await house.say("hello", f"good{n}")
        await settle()
        assert all(house.platform.answers(f"good{n}") for n in range(5))
        assert not house.platform.answers("bad")
        for wait in module.RETRY_SECONDS[:3]:
            await house.clock.advance(wait)
        assert house.platform.answers("bad") == ["echo: hello"]
        assert troubles(logs) == [
            "session crashed, to be loaded again",
            "session let go, to be loaded again",
            "session crashed, to be loaded again",
        ]
        assert store.claims.count("fake:bad") == 4
        assert {store.claims.count(f"fake:good{n}") for n in range(5)} == {1}


async def test_what_is_said_to_a_failed_session_waits_in_its_rows(tmp_path) -> None:
    """More than a mailbox holds, and nobody is kept waiting. spec: 2.3 12.1"""
    store = Fragile()
    house = House(tmp_path, store=store)
    async with quiet(house):
        store.errors["fake:a"] = [RuntimeError("bug")]
        await house.say("/status")
        await settle()
        for _ in range(300):
            assert (await house.say("/status")).outcome == "accepted"
        await house.clock.advance(1)
        await house.platform.until(lambda: len(house.platform.notices()) == 301)


async def test_a_session_that_is_owned_elsewhere_is_let_go(tmp_path) -> None:
    store = Fragile()
    house = House(tmp_path, store=store)
    async with quiet(house) as logs:
        store.errors["fake:a"] = [Fenced("epoch 2")]
        await house.say("hello")
        await settle()
        await house.clock.advance(60)
        assert house.registry.awake == 0
        assert store.claims == ["fake:a"]
        assert troubles(logs) == ["session is owned elsewhere now"]


async def test_a_message_in_the_moment_of_falling_asleep_is_answered(tmp_path, monkeypatch) -> None:
    """spec: 8.1"""
    closing, gate = asyncio.Event(), asyncio.Event()
    close = Hands.close

    async def slowly(self: Hands) -> None:
        closing.set()
        await gate.wait()
        await close(self)

    monkeypatch.setattr(Hands, "close", slowly)
    async with House(tmp_path, idle=0.01) as house:
        await house.say("hello")
        await closing.wait()
        await house.say("good night")
        gate.set()
        await house.platform.until(
            lambda: house.platform.answers() == ["echo: hello", "echo: good night"]
        )


async def test_sleeping_sessions_cost_nothing(tmp_path) -> None:
    """spec: 12.2 12.3"""
    async with House(tmp_path, idle=0.01, max_live=50) as house:
        for n in range(50):
            await house.say("hello", f"c{n}")
        while house.registry.awake:
            await settle()
        await settle()
        assert not any(live.alive for live in house.engine.heard.lives)
        assert not house.registry._keeps
        assert not house.registry._tasks._running


async def test_work_that_was_left_is_taken_up_at_the_start(tmp_path) -> None:
    """spec: 9.2"""
    store = MemoryStore()
    engine = ScriptedEngine(lambda _: (Hang(),))
    async with House(tmp_path, store=store, engine=engine) as first:
        for n in range(5):
            await first.say("hello", f"c{n}")
        await settle()
        assert first.registry.running == 5
    async with House(tmp_path, store=store) as second:
        await second.platform.until(lambda: all(second.platform.answers(f"c{n}") for n in range(5)))


async def test_a_turn_that_ends_within_the_grace_is_finished(tmp_path) -> None:
    """spec: 9.1"""
    gate = Wait()
    engine = ScriptedEngine(lambda _: (gate, Say("done in time")))
    house = House(tmp_path, engine=engine)
    async with house:
        await house.say("one")
        await house.say("two")
        await settle()
        stopping = asyncio.Task(house.registry.stop(60, asyncio.Event()))
        await settle()
        assert not stopping.done()
        gate.gate.set()
        await stopping
        await settle()
        assert house.platform.answers() == ["done in time"]
        info = await house.store.session(SessionKey("fake:a"))
        assert [p.text for p in engine.heard.prompts] == ["one"], "no turn begins any more"
        assert info.running
        assert await house.store.open_keys() == ("fake:a",)


@pytest.mark.parametrize("hurried", [True, False])
async def test_a_turn_that_does_not_end_is_halted_and_keeps_its_tries(
    tmp_path, *, hurried: bool
) -> None:
    """spec: 9.1 9.2 9.3"""
    house, hurry = House(tmp_path), asyncio.Event()
    async with house:
        await house.say("hang")
        await settle()
        if hurried:
            hurry.set()
        await house.registry.stop(60 if hurried else 0.01, hurry)
        assert house.registry.awake == 0
        assert not any(live.alive for live in house.engine.heard.lives)
        loaded = await house.store.claim(SessionKey("fake:a"), "test")
        assert loaded.session.turn.attempt == 0
        assert [p.text for p in loaded.session.turn.prompts] == ["hang"]


async def test_nothing_is_told_while_the_gateway_stops_but_the_row_is_there(tmp_path) -> None:
    """spec: 9.1"""
    async with House(tmp_path) as house:
        await house.registry.stop(0, asyncio.Event())
        assert (await house.say("too late")).outcome == "accepted"
        await settle()
        assert house.registry.awake == 0
        assert await house.store.open_keys() == ("fake:a",)


async def test_a_failed_session_does_not_hold_up_a_stop_nor_begin_in_it(tmp_path) -> None:
    """spec: 9.3"""
    store = Fragile()
    house = House(tmp_path, store=store)
    async with quiet(house):
        store.errors["fake:a"] = [RuntimeError("bug")]
        await house.say("hello")
        await settle()
        async with asyncio.timeout(1):
            await house.registry.stop(60, asyncio.Event())
        assert house.registry.awake == 0
        assert store.claims == ["fake:a"]


class Slow:
    """A mirror that takes its time."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def keep(self, _) -> str:
        self.begun.set()
        await self.go_on.wait()
        return ""


@pytest.mark.parametrize("hurried", [False, True])
async def test_a_drain_waits_until_the_end_of_a_turn_is_saved_or_somebody_hurries(
    tmp_path, monkeypatch, hurried
) -> None:
    """spec: 21.5"""
    monkeypatch.setattr(module, "HALT_SECONDS", 0.05)
    house, hurry = House(tmp_path), asyncio.Event()
    async with quiet(house):
        house.tools.mirror = mirror = Slow()
        await house.say("hello")
        await mirror.begun.wait()
        stopping = asyncio.create_task(house.registry.stop(None, hurry))
        await asyncio.wait({stopping}, timeout=0.2)
        assert not stopping.done()
        (hurry if hurried else mirror.go_on).set()
        await stopping
        loaded = await house.store.claim(SessionKey("fake:a"), "test")
        assert (loaded.session.turn is None) is not hurried


async def test_numbers_for_the_status(tmp_path) -> None:
    async with House(tmp_path) as house:
        for words in ("hang", "second", "third"):
            await house.say(words)
        await house.say("hello", "b")
        await settle()
        assert (house.registry.awake, house.registry.running) == (2, 1)
        assert house.registry.waiting == 2


@pytest.mark.parametrize("command", ["/stop", "/new", "/forget yes"])
@pytest.mark.parametrize("before", [(), ("hang",)])
async def test_a_command_that_is_obeyed_late_leaves_alone_what_was_said_after_it(
    tmp_path, command, before
) -> None:
    """spec: 2.3 3.1"""
    store, clock = MemoryStore(), ManualClock()
    async with House(tmp_path, store=store, clock=clock) as first:
        for text in before:
            await first.say(text)
            await settle()
        first.registry._stopping = True
        for number, text in enumerate((command, "after"), 1):
            await clock.advance(1.0)
            await first.say(text, identity=f"late{number}")
        await settle()
    async with House(tmp_path, store=store, clock=clock) as second:
        await second.platform.until(lambda: second.platform.answers() == ["echo: after"])
        assert second.engine.heard.specs[-1].resume is None
