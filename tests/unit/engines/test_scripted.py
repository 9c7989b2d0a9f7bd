from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    EngineEvent,
    Forgot,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Wrote,
)
from carrel.core.model import (
    Conversation,
    MessageId,
    Option,
    Prompt,
    ResumeToken,
    SessionKey,
    Turn,
    TurnId,
    Verdict,
)
from carrel.engines.scripted import Say, ScriptedEngine, Tool, Wait
from carrel.ports.engine import Delivered, EngineSpec
from carrel.ports.workspace import Workspace

PLACE = Conversation("console", "1")


class Told:
    """Collects what an engine tells; `wait_for` returns the first event of a kind."""

    def __init__(self) -> None:
        self.events: list[EngineEvent] = []
        self._more = asyncio.Condition()

    async def __call__(self, event: EngineEvent) -> None:
        async with self._more:
            self.events.append(event)
            self._more.notify_all()

    async def wait_for(self, kind: type) -> EngineEvent:
        async with asyncio.timeout(5), self._more:
            await self._more.wait_for(lambda: any(isinstance(e, kind) for e in self.events))
        return next(event for event in self.events if isinstance(event, kind))


def spec(tmp_path: Path, resume: ResumeToken | None = None) -> EngineSpec:
    folders = [tmp_path / n for n in ("work", "memory", "inbox", "outbox", "engine", "tmp")]
    workspace = Workspace(SessionKey("console:1"), tmp_path, *folders, "folder")
    return EngineSpec(workspace, resume, "ask", None, "")


def prompt(number: int, text: str) -> Prompt:
    return Prompt(MessageId(f"console/{number}"), PLACE, "ada", text)


def turn(*prompts: Prompt) -> tuple[Turn, tuple[Delivered, ...]]:
    delivered = tuple(Delivered(p) for p in prompts)
    return Turn(TurnId("console:1#1"), prompts), delivered


async def test_it_echoes_by_default(tmp_path):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "hello")))
    ended = await told.wait_for(TurnEnded)
    assert (ended.reason, ended.text, ended.read) == ("done", "echo: hello", ("console/1",))
    assert told.events[0] == Wrote(TurnId("console:1#1"), "echo: hello")
    assert [p.text for p in engine.heard.prompts] == ["hello"]


async def test_a_hanging_turn_waits_for_the_interrupt(tmp_path):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "hang")))
    await live.interrupt(TurnId("console:1#1"))
    assert (await told.wait_for(TurnEnded)).reason == "stopped"


@pytest.mark.parametrize(
    ("text", "reason"), [("fail", "failed"), ("lose", "lost"), ("limit 9", "limit")]
)
async def test_it_fails_as_asked(tmp_path, text, reason):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, text)))
    ended = await told.wait_for(TurnEnded)
    assert ended.reason == reason
    assert live.alive is (reason != "lost")
    assert ended.resets_at == (9.0 if reason == "limit" else None)


@pytest.mark.parametrize(("decision", "text"), [("allow", "allowed"), ("deny", "denied: no")])
async def test_it_stands_still_until_it_is_answered(tmp_path, decision, text):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "ask rm -rf")))
    asked = await told.wait_for(ApprovalAsked)
    assert asked.approval.title == "rm -rf"
    (call,) = asked.approval.calls
    await live.answer("another", Verdict("allow"))
    await live.answer(call, Verdict(decision, "no"))
    await live.answer(call, Verdict("allow"))
    assert (await told.wait_for(TurnEnded)).text == text


async def test_answers_to_questions_are_lines_of_the_answer(tmp_path):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "choose red blue")))
    asked = (await told.wait_for(ApprovalAsked)).approval
    assert (asked.kind, asked.question.options) == ("question", (Option("red"), Option("blue")))
    await live.answer(asked.calls[0], Verdict("allow", answers=(("blue",),)))
    assert (await told.wait_for(TurnEnded)).text == "answered: blue\nso be it"


async def test_a_steer_joins_at_a_tool_or_is_answered_next(tmp_path):
    gate, later = asyncio.Event(), asyncio.Event()
    scripts = {"work": (Wait(gate), Tool("Bash", "ls"), Wait(later), Say("did"))}
    told = Told()
    engine = ScriptedEngine(lambda text: scripts.get(text, (Say(f"echo: {text}"),)))
    live = await engine.open(spec(tmp_path), told)
    first, second, third = prompt(1, "work"), prompt(2, "also"), prompt(3, "then")
    await live.prompt(*turn(first))
    await live.steer(TurnId("console:1#1"), Delivered(second))
    gate.set()
    assert (await told.wait_for(ToolStarted)).tool == "Bash"
    await told.wait_for(ToolEnded)
    await live.steer(TurnId("console:1#1"), Delivered(third))
    later.set()
    answered = await told.wait_for(Answered)
    ended = await told.wait_for(TurnEnded)
    assert (answered.read, answered.text) == ((first.id, second.id), "steered: also\ndid")
    assert (ended.read, ended.text) == ((first.id, second.id, third.id), "echo: then")


async def test_an_answered_prompt_is_not_asked_twice(tmp_path):
    told, again, engine = Told(), Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "hello")))
    token = (await told.wait_for(TurnEnded)).resume
    await live.close()
    live = await engine.open(spec(tmp_path, token), again)
    await live.prompt(*turn(prompt(1, "hello")))
    assert (await again.wait_for(TurnEnded)).text == "echo: hello"
    assert len(engine.heard.prompts) == 1
    assert engine.heard.most_alive == 1


async def test_a_forgotten_conversation_says_so(tmp_path):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path, ResumeToken("scripted", "gone", "/")), told)
    await live.prompt(*turn(prompt(1, "hello")))
    assert "context was lost" in (await told.wait_for(Forgot)).note


async def test_closing_ends_the_turn_as_lost(tmp_path):
    told, engine = Told(), ScriptedEngine()
    live = await engine.open(spec(tmp_path), told)
    await live.prompt(*turn(prompt(1, "hang")))
    await live.close()
    await live.close()
    assert [type(event) for event in told.events] == [TurnEnded]
    assert (told.events[0].reason, live.alive) == ("lost", False)


async def test_opening_fails_when_told_to(tmp_path):
    engine = ScriptedEngine()
    engine.failures.append(Unavailable("not now"))
    with pytest.raises(Unavailable, match="not now"):
        await engine.open(spec(tmp_path), Told())
