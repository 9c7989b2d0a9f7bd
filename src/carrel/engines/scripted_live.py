"""A scripted engine, open: it runs one turn at a time, step by step."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from carrel.core.errors import Refused
from carrel.core.events import (
    Answered,
    ApprovalAsked,
    FileOffered,
    Forgot,
    Taken,
    Thought,
    ToolEnded,
    ToolStarted,
    TurnEnded,
    Waited,
    Wrote,
)
from carrel.core.model import (
    Approval,
    MessageId,
    Prompt,
    ResumeToken,
    StopReason,
    Turn,
    TurnId,
    Usage,
    Verdict,
)
from carrel.core.wishes import Wish
from carrel.engines.script import (
    AskFor,
    Cost,
    Fail,
    Hang,
    Limit,
    Lose,
    Note,
    Nothing,
    Say,
    SendFile,
    Step,
    Think,
    Tool,
    Wait,
    Want,
)
from carrel.engines.tasks import start, stop
from carrel.engines.telling import Telling
from carrel.engines.wishes import Wishes
from carrel.ports.engine import Context, Delivered, Tell

if TYPE_CHECKING:
    from carrel.engines.scripted import ScriptedEngine

LOST_CONTEXT = "Earlier context was lost; this is a fresh conversation."


@dataclass(slots=True)
class _Running:
    """The turn under way: `asked` belong to the present answer, `steered` wait for the next."""

    turn: TurnId
    asked: list[Prompt]
    read: tuple[MessageId, ...]
    began: float
    attempt: int = 1
    text: str = ""
    steered: list[Prompt] = field(default_factory=list)
    calls: int = 0
    quiet: bool = False
    cost: float = 0.0
    allowance: float | None = None

    def next_call(self) -> str:
        self.calls += 1
        return f"{self.turn}.{self.attempt}.{self.calls}"


class ScriptedLive:
    """The port's LiveEngine over a script."""

    def __init__(
        self,
        engine: ScriptedEngine,
        token: ResumeToken,
        answers: dict[MessageId, str],
        tell: Tell,
        *,
        forgot: bool,
    ) -> None:
        self.alive = True
        self._engine = engine
        self._token = token
        self._answers = answers
        self._telling = Telling(tell)
        self._wishes = Wishes(self._telling.say)
        self._forgot = forgot
        self._running: _Running | None = None
        self._asked: dict[str, asyncio.Future[Verdict]] = {}
        self._task: asyncio.Task[None] | None = None

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        """Start the turn: the script of all texts, one under the other.

        A script that was cut off begins anew, so that it asks again whatever it had asked.
        """
        del cut
        asked = [delivered.prompt for delivered in prompts]
        read = tuple(prompt.id for prompt in asked)
        self._running = running = _Running(turn.id, asked, read, self._monotonic(), turn.attempt)
        running.allowance = turn.allowance
        if self._forgot:
            self._telling.say(Forgot(turn.id, LOST_CONTEXT))
            self._forgot = False
        if not self.alive:
            self._end(running, "lost", "The engine was not running.")
            return
        self._task = start(self._run(running), f"script {turn.id}")

    async def steer(self, turn: TurnId, prompt: Delivered) -> None:
        """Taken in by the next tool that comes back, else answered after the present answer."""
        if self._running is not None and self._running.turn == turn:
            self._running.steered.append(prompt.prompt)

    async def take_back(self, turn: TurnId, prompt: MessageId) -> bool:
        """Possible until it was taken in."""
        running = self._running
        if running is None or running.turn != turn:
            return False
        left = [one for one in running.steered if one.id != prompt]
        gone, running.steered = len(left) < len(running.steered), left
        return gone

    async def interrupt(self, turn: TurnId) -> None:
        """Stop at once, with what was written so far."""
        if self._running is not None and self._running.turn == turn:
            self._end(self._running, "stopped", self._running.text)

    async def answer(self, call: str, verdict: Verdict) -> None:
        """Let the script go on; only the first answer counts."""
        future = self._asked.pop(call, None)
        if future is not None and not future.done():
            future.set_result(verdict)

    async def reply(self, call: str, text: str, *, ok: bool) -> None:
        """Let the script go on."""
        self._wishes.reply(call, text, ok=ok)

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """It has one, which is as good as any prompt, and one that is not run in a chat."""
        return (("recite", "Says something by heart."), ("clear", "Forgets."))

    async def context(self) -> Context | None:
        """It has none."""
        return None

    async def close(self) -> None:
        """A running turn ends as lost."""
        self.alive = False
        self._end(self._running, "lost", "The engine was closed.")
        await stop(self._task)
        await self._telling.settle(1)

    def die(self) -> None:
        """Go away in the middle of whatever it is, as a killed process does."""
        self.alive = False
        self._end(self._running, "lost", "The engine went away.")

    async def _run(self, running: _Running) -> None:
        await self._ask(running)
        while running.steered and self._running is running:
            fresh, running.steered = running.steered, []
            self._telling.say(Taken(running.turn, tuple(one.id for one in fresh)))
            self._telling.say(self._answered(running, fresh))
            await self._ask(running)
        self._end(running, "done", running.text)

    async def _ask(self, running: _Running) -> None:
        fresh = [prompt for prompt in running.asked if prompt.id not in self._answers]
        running.text = "" if fresh else self._answers[running.asked[-1].id]
        if not fresh:
            return
        self._engine.heard.prompts += fresh
        for step in self._engine.script("\n\n".join(prompt.text for prompt in fresh)):
            await self._do(step, running)
        self._answers.update({prompt.id: running.text for prompt in running.asked})

    def _answered(self, running: _Running, fresh: list[Prompt]) -> Answered:
        read = tuple(prompt.id for prompt in running.asked)
        running.read += tuple(prompt.id for prompt in fresh)
        running.asked, running.quiet = fresh, False
        return Answered(running.turn, read, running.text, self._usage(running), self._token)

    async def _do(self, step: Step, running: _Running) -> None:
        match step:
            case Say(text):
                running.text += text
                self._telling.say(Wrote(running.turn, text))
            case Think():
                self._telling.say(Thought(running.turn))
            case Note(text):
                self._telling.say(Waited(running.turn, text))
            case Tool():
                self._use(step, running)
            case AskFor():
                await self._ask_for(step, running)
            case SendFile(file):
                self._telling.say(FileOffered(running.turn, running.next_call(), file))
            case Want(wish):
                running.text += f"{await self._want(wish, running)}\n"
            case Nothing():
                running.quiet = True
            case Wait(gate):
                await gate.wait()
            case Hang():
                await asyncio.Event().wait()
            case Cost(dollars):
                running.cost += dollars
                if running.allowance is not None and running.cost >= running.allowance:
                    await self._end_badly(Fail("Today's budget was used up."), running)
            case Fail() | Lose() | Limit():
                await self._end_badly(step, running)
            case _:
                assert_never(step)

    def _use(self, tool: Tool, running: _Running) -> None:
        call = running.next_call()
        self._telling.say(ToolStarted(running.turn, call, tool.name, tool.summary))
        self._telling.say(ToolEnded(running.turn, call, tool.ok))
        for prompt in running.steered:
            self._engine.heard.prompts.append(prompt)
            running.asked.append(prompt)
            running.read = (*running.read, prompt.id)
            running.text += f"steered: {prompt.text}\n"
        if running.steered:
            self._telling.say(Taken(running.turn, tuple(one.id for one in running.steered)))
        running.steered = []

    async def _ask_for(self, step: AskFor, running: _Running) -> None:
        name = running.next_call()
        what = f"{step.tool} {step.title} {step.detail} {step.questions}"
        approval = Approval(
            name,
            running.turn,
            step.tool,
            step.title,
            step.detail,
            self._token.directory,
            hashlib.sha256(what.encode()).hexdigest(),
            step.kind,
            (name,),
            questions=step.questions,
            asked_at=self._now(),
        )
        self._asked[name] = asyncio.get_running_loop().create_future()
        self._telling.say(ApprovalAsked(running.turn, approval))
        verdict = await self._asked[name]
        if verdict.decision == "deny":
            self._end(running, "done", f"denied: {verdict.reason}")
            await _never()
        for answer in verdict.answers:
            running.text += f"answered: {', '.join(answer)}\n"

    async def _want(self, wish: Wish, running: _Running) -> str:
        try:
            return await self._wishes.wish(running.turn, running.next_call(), wish)
        except Refused as error:
            return f"refused: {error}"

    async def _end_badly(self, step: Fail | Lose | Limit, running: _Running) -> None:
        match step:
            case Fail(text):
                self._end(running, "failed", text)
            case Lose(text):
                self.alive = False
                self._end(running, "lost", text)
            case Limit(resets_at):
                self._end(running, "limit", "The usage limit is reached.", resets_at)
            case _:
                assert_never(step)
        await _never()

    def _end(
        self,
        running: _Running | None,
        reason: StopReason,
        text: str,
        resets_at: float | None = None,
    ) -> None:
        if running is None or self._running is not running:
            return
        self._running = None
        self._asked.clear()
        at = self._now()
        usage = self._usage(running)
        quiet = running.quiet and reason == "done"
        self._telling.say(
            TurnEnded(
                running.turn, reason, text, running.read, usage, self._token, at, resets_at, quiet
            )
        )
        if self._task is not None:
            self._task.cancel()

    def _usage(self, running: _Running) -> Usage:
        cost, running.cost = running.cost, 0.0
        if running.allowance is not None:
            running.allowance -= cost
        return Usage(
            seconds=self._monotonic() - running.began,
            input_tokens=sum(len(prompt.text.split()) for prompt in running.asked),
            output_tokens=len(running.text.split()),
            cost=cost,
            model=self._engine.name,
        )

    def _now(self) -> float:
        return self._engine.clock.now() if self._engine.clock else 0.0

    def _monotonic(self) -> float:
        return self._engine.clock.monotonic() if self._engine.clock else 0.0


async def _never() -> None:
    """Where a script waits once its turn is over: its task is being cancelled."""
    await asyncio.Event().wait()
