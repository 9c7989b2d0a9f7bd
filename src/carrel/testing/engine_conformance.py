"""The promises of `ports/engine.py`, each as a test, for every engine.

A test module subclasses `EngineConformance` and gives the fixture `bench`: an `EngineBench` that
knows how to make this engine do certain things.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest

from carrel.core.errors import Refused
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    EngineEvent,
    Forgot,
    ToolStarted,
    TurnEnded,
    Wished,
    Wrote,
)
from carrel.core.model import Conversation, Mode, Prompt, ResumeToken, Turn, TurnId, Verdict
from carrel.core.model import MessageId as Id
from carrel.core.wishes import Wish
from carrel.ports.engine import Delivered, Engine, EngineSpec, LiveEngine, Until
from carrel.ports.workspace import Workspace

PLACE = Conversation("console", "1", direct=True)
Kind = TypeVar("Kind", bound=EngineEvent)


class Told:
    """Collects what an engine tells, and waits for it."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self._more = asyncio.Condition()

    async def __call__(self, event: EngineEvent) -> None:
        """Take an event, as the session's mailbox does."""
        async with self._more:
            self.events.append(event)
            self._more.notify_all()

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Every event of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_for(self, kind: type[Kind], number: int = 1, seconds: float = 20) -> Kind:
        """The `number`th event of a kind, as soon as it is told."""
        async with asyncio.timeout(seconds), self._more:
            await self._more.wait_for(lambda: len(self.all(kind)) >= number)
        return self.all(kind)[number - 1]

    async def wait_until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Return as soon as `true` holds after an event."""
        async with asyncio.timeout(seconds), self._more:
            await self._more.wait_for(true)

    @property
    def written(self) -> str:
        """Everything written so far."""
        return "".join(event.text for event in self.all(Wrote))

    async def ended(self, number: int = 1, seconds: float = 20) -> TurnEnded:
        """The end of the `number`th turn."""
        return await self.wait_for(TurnEnded, number, seconds)


@dataclass(slots=True)
class Driver:
    """A live engine with its ear: makes turns with running numbers and waits for their ends."""

    live: LiveEngine
    told: Told
    turns: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    async def start(self, *texts: str, ids: tuple[str, ...] = ()) -> TurnId:
        """Begin a turn of these texts."""
        self.turns += 1
        name = TurnId(f"console:1#{self.turns}")
        made = ids or tuple(f"console/{self.turns}.{i}" for i in range(len(texts)))
        prompts = tuple(prompt(one, text) for one, text in zip(made, texts, strict=True))
        await self.live.prompt(Turn(name, prompts), tuple(Delivered(one) for one in prompts))
        return name

    async def ask(self, *texts: str, ids: tuple[str, ...] = ()) -> TurnEnded:
        """A whole turn."""
        await self.start(*texts, ids=ids)
        return await self.told.ended(self.turns)


@dataclass(frozen=True, slots=True)
class EngineBench:
    """One engine under test, and the words that make it do things.

    `tool` uses one tool without asking; `risky` one that must be approved, in mode `ask`. `list`
    looks at the schedules; `nothing` says that there is nothing to report.
    """

    engine: Engine
    workspace: Workspace
    echo: str = "hello"
    hang: str = "hang"
    slow_tool: str = "tool"
    risky: str = "ask"
    fail: str = "fail"
    list: str = "list"
    nothing: str = "nothing"

    async def open(self, resume: ResumeToken | None = None, mode: Mode = "auto") -> Driver:
        """A live engine of this bench."""
        told = Told()
        spec = EngineSpec(self.workspace, resume, mode, None, "")
        return Driver(await self.engine.open(spec, told), told)


def prompt(name: str, text: str) -> Prompt:
    """A prompt as a person types it."""
    return Prompt(Id(name), PLACE, "ada", text)


class EngineConformance:
    """Every engine keeps these."""

    async def test_a_turn_ends_exactly_once_and_names_what_it_read(
        self, bench: EngineBench
    ) -> None:
        """Progress first, then one TurnEnded."""
        driver = await bench.open()
        ended = await driver.ask(bench.echo)
        await driver.live.close()
        assert (ended.reason, ended.read) == ("done", ("console/1.0",))
        assert bench.echo in ended.text
        assert driver.told.events[-1] == ended
        assert driver.told.written.strip() == ended.text

    async def test_the_context_is_told_as_far_as_it_is_known(self, bench: EngineBench) -> None:
        """In tokens of its window; a closed engine knows nothing."""
        driver = await bench.open()
        await driver.ask(bench.echo)
        known = await driver.live.context()
        await driver.live.close()
        assert known is None or 0 < known.used <= known.window
        assert await driver.live.context() is None

    async def test_several_prompts_of_one_turn_are_all_read(self, bench: EngineBench) -> None:
        """Whatever the engine makes of them, each is accounted for."""
        driver = await bench.open()
        ended = await driver.ask(bench.echo, "and more")
        answered = [one for event in driver.told.all(Answered) for one in event.read]
        await driver.live.close()
        assert {*ended.read, *answered} >= {"console/1.0", "console/1.1"}

    async def test_turns_follow_each_other_on_one_engine(self, bench: EngineBench) -> None:
        """A live engine stays alive between turns."""
        driver = await bench.open()
        reasons = [(await driver.ask(bench.echo)).reason for _ in range(3)]
        alive = driver.live.alive
        await driver.live.close()
        assert (reasons, alive) == (["done"] * 3, True)

    async def test_an_answered_prompt_is_not_asked_twice(self, bench: EngineBench) -> None:
        """A turn tried again after a crash finds its answer."""
        driver = await bench.open()
        first = await driver.ask(bench.echo, ids=("console/once",))
        await driver.live.close()
        again = await bench.open(first.resume)
        ended = await again.ask("something else", ids=("console/once",))
        await again.live.close()
        assert (ended.reason, ended.text, ended.read) == ("done", first.text, ("console/once",))

    async def test_a_copy_is_a_conversation_of_its_own(self, bench: EngineBench) -> None:
        """What is said in one is not said in the other; both can be gone on with."""
        driver = await bench.open()
        first = await driver.ask(bench.echo, ids=("console/first",))
        await driver.ask("something else", ids=("console/second",))
        await driver.live.close()
        assert first.resume is not None
        space = bench.workspace
        whole = await bench.engine.copy(first.resume, space, space)
        assert whole is not None
        assert whole.value != first.resume.value
        until = Until((Id("console/second"),))
        part = await bench.engine.copy(first.resume, space, space, until)
        assert part is not None
        for token in (whole, part):
            again = await bench.open(token)
            ended = await again.ask(bench.echo, ids=(f"console/{token.value}",))
            await again.live.close()
            assert (ended.reason, ended.resume) == ("done", token)
            assert not again.told.all(Forgot), "the conversation is known"

    async def test_a_copy_of_nothing_is_nothing(self, bench: EngineBench) -> None:
        """Nor is there one of what nobody knows."""
        driver = await bench.open()
        ended = await driver.ask(bench.echo, ids=("console/first",))
        await driver.live.close()
        resume, space = ended.resume, bench.workspace
        assert resume is not None
        first, other = Until((Id("console/first"),)), Until((Id("console/other"),))
        assert await bench.engine.copy(resume, space, space, first) is None
        for token, until in ((resume, other), (replace(resume, value="nobody"), None)):
            with pytest.raises(Refused):
                await bench.engine.copy(token, space, space, until)
        assert await bench.engine.copy(resume, space, space, replace(other, lenient=True))

    async def test_an_interrupt_ends_the_turn_in_time(self, bench: EngineBench) -> None:
        """Within 10 s, and the engine can go on."""
        driver = await bench.open()
        turn = await driver.start(bench.hang)
        await driver.live.interrupt(turn)
        ended = await driver.told.ended(seconds=10)
        await driver.live.close()
        assert ended.reason == "stopped"
        assert len(driver.told.all(TurnEnded)) == 1

    async def test_an_interrupt_of_another_turn_does_nothing(self, bench: EngineBench) -> None:
        """A late stop must not hit the next turn."""
        driver = await bench.open()
        await driver.start(bench.echo)
        await driver.live.interrupt(TurnId("another"))
        ended = await driver.told.ended()
        await driver.live.close()
        assert ended.reason == "done"

    async def test_a_steered_prompt_is_read_or_goes_back(self, bench: EngineBench) -> None:
        """It is in `read` exactly if it was taken in."""
        driver = await bench.open()
        turn = await driver.start(bench.slow_tool)
        await driver.live.steer(turn, Delivered(prompt("console/steered", "steered words")))
        ended = await driver.told.ended()
        answered = [one for event in driver.told.all(Answered) for one in event.read]
        await driver.live.close()
        assert "console/1.0" in {*ended.read, *answered}
        assert "console/steered" in ended.read

    async def test_a_steer_after_the_end_is_not_taken(self, bench: EngineBench) -> None:
        """It belongs to no turn, so nothing may come of it."""
        driver = await bench.open()
        turn = await driver.start(bench.echo)
        await driver.told.ended()
        await driver.live.steer(turn, Delivered(prompt("console/late", "late words")))
        ended = await driver.ask(bench.echo)
        await driver.live.close()
        assert "console/late" not in ended.read

    async def test_an_approval_waits_for_the_first_answer(self, bench: EngineBench) -> None:
        """Unknown requests are ignored, and so are second answers."""
        driver = await bench.open(mode="ask")
        await driver.start(bench.risky)
        asked = (await driver.told.wait_for(ApprovalAsked)).approval
        (call,) = asked.calls
        await driver.live.answer("unknown", Verdict("allow"))
        await driver.live.answer(call, Verdict("deny", "not today"))
        await driver.live.answer(call, Verdict("allow"))
        ended = await driver.told.ended()
        await driver.live.close()
        assert ended.reason == "done"
        assert "not today" in ended.text
        assert asked.turn == "console:1#1"
        assert asked.digest
        assert "\n" not in asked.title

    async def test_a_failure_is_data(self, bench: EngineBench) -> None:
        """It ends the turn with a sentence, and the engine can be asked again."""
        driver = await bench.open()
        ended = await driver.ask(bench.fail)
        alive = driver.live.alive
        after = await driver.ask(bench.echo)
        await driver.live.close()
        assert ended.reason == "failed"
        assert ended.text
        assert (alive, after.turn) == (True, "console:1#2")

    async def test_closing_ends_the_turn_as_lost(self, bench: EngineBench) -> None:
        """Idempotent; the engine is dead afterwards."""
        driver = await bench.open()
        await driver.start(bench.hang)
        await driver.live.close()
        await driver.live.close()
        ended = await driver.told.ended()
        assert (ended.reason, driver.live.alive) == ("lost", False)
        assert len(driver.told.all(TurnEnded)) == 1

    async def test_a_prompt_to_a_dead_engine_is_lost(self, bench: EngineBench) -> None:
        """It must be opened anew; the turn still ends exactly once."""
        driver = await bench.open()
        await driver.live.close()
        ended = await driver.ask(bench.echo)
        assert ended.reason == "lost"

    async def test_an_unknown_token_starts_afresh(self, bench: EngineBench) -> None:
        """The first turn says that context was lost."""
        token = ResumeToken(bench.engine.name, "never-was", str(bench.workspace.work))
        driver = await bench.open(token)
        ended = await driver.ask(bench.echo)
        notes = [event.note for event in driver.told.all(Forgot)]
        await driver.live.close()
        assert ended.reason == "done"
        assert any("context was lost" in note for note in notes)

    async def test_schedules_are_listed_unasked(self, bench: EngineBench) -> None:
        """Whatever the mode; the agent is told what came of it."""
        driver = await bench.open(mode="ask")
        await driver.start(bench.list)
        wished = await driver.told.wait_for(Wished)
        await driver.live.reply(wished.call, "there is one", ok=True)
        ended = await driver.told.ended()
        await driver.live.close()
        assert (wished.turn, wished.wish) == (ended.turn, Wish("list"))
        assert not driver.told.all(ApprovalAsked)
        assert "there is one" in ended.text

    async def test_nothing_to_report_is_said_of_its_own_turn(self, bench: EngineBench) -> None:
        """It is a result of a tool, not a text."""
        driver = await bench.open()
        quiet, loud = await driver.ask(bench.nothing), await driver.ask(bench.echo)
        await driver.live.close()
        assert (quiet.reason, quiet.nothing, loud.nothing) == ("done", True, False)

    async def test_tools_are_shown(self, bench: EngineBench) -> None:
        """Progress tells which tool runs."""
        driver = await bench.open()
        await driver.ask(bench.slow_tool)
        await driver.live.close()
        assert driver.told.all(ToolStarted)[0].tool
