"""A live Claude: one conversation, one turn at a time, every turn ended exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from carrel.core.errors import CarrelError
from carrel.core.events import Answered, Forgot, Taken, TurnEnded, Wrote
from carrel.core.model import MessageId, ResumeToken, StopReason, Turn, TurnId, Usage, Verdict
from carrel.engines.claude import bridge, recovery, transcript
from carrel.engines.claude.approvals import NO_TURN, Approvals
from carrel.engines.claude.endings import Ending, Rejection, ending, rejection, usage
from carrel.engines.claude.meanwhile import Meanwhile
from carrel.engines.claude.options import Launch
from carrel.engines.claude.process import Process
from carrel.engines.claude.prompts import content, message_uuid
from carrel.engines.claude.serving import Serving
from carrel.engines.claude.sharing import Sharing
from carrel.engines.claude.translate import goes_on, progress, taken
from carrel.engines.claude.turns import Running, Sending
from carrel.engines.claude.window import summed_up
from carrel.engines.claude.wire import Unknown
from carrel.engines.tasks import start, stop
from carrel.engines.telling import Telling
from carrel.ports.clock import Clock
from carrel.ports.engine import Context, Delivered, Tell
from carrel.ports.workspace import Workspaces

if TYPE_CHECKING:
    from claude_agent_sdk.types import Message, ResultMessage

LOST_CONTEXT = "Earlier context was lost; this is a fresh conversation. Files and memory are there."
USED_UP = "Today's budget was used up in the middle of it, so it was stopped."
SILENCE_S = 20.0
QUIET_S = 900.0
"""Longer than any command may run in silence: the CLI ends those after 10 minutes."""
STOP_S = 8.0
PUSH_S = 1.0


class LiveClaude:
    """The port's LiveEngine over one CLI process at a time."""

    def __init__(
        self,
        launch: Launch,
        tell: Tell,
        workspaces: Workspaces,
        clock: Clock,
        on_close: Callable[[str], None],
        sharing: Sharing,
    ) -> None:
        self._clock = clock
        self._on_close = on_close
        self._space = space = launch.spec.workspace
        self._telling = Telling(tell)
        self._approvals = Approvals(launch.spec, clock, self._telling.say)
        self._serving = Serving(lambda: self._running, self._approvals, self._telling.say)
        parts = bridge.parts(
            workspaces, space, self._may, self._serving, launch.login.hidden, sharing
        )
        self._process = Process(launch, self._hear, self._died, parts)
        self._forgot = launch.spec.resume is not None and not launch.resume
        self._fresh = True
        self._recorded: frozenset[str] = frozenset()
        self._running: Running | None = None
        self._over = asyncio.Event()
        self._work: set[asyncio.Task[None]] = set()
        self._rejected: Rejection | None = None
        self._meanwhile = Meanwhile()

    @property
    def alive(self) -> bool:
        """Whether the next prompt can go to this process."""
        return self._process.running

    async def start(self, launch: Launch) -> None:
        """Start the CLI; raises Unknown, or Unavailable with a sentence."""
        await self._process.start(launch)

    def fresh(self, session: str) -> Launch:
        """The launch of a new conversation in place of one that cannot be resumed."""
        self._forgot = self._process.launch.resume
        return replace(self._process.launch, session=session, resume=False, again=False)

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        """Start the turn; what an earlier try has done is found in the transcript first."""
        self._running = running = Running(turn.id, self._clock.monotonic(), turn.allowance)
        self._over.clear()
        if self._forgot:
            self._telling.say(Forgot(turn.id, LOST_CONTEXT))
            self._forgot = False
        self._begin(lambda: self._ask(running, prompts, cut), running)

    async def steer(self, turn: TurnId, prompt: Delivered) -> None:
        """Sent at once, or when the CLI has taken in what was steered before."""
        running = self._running
        uuid = message_uuid((prompt.prompt.id,))
        if running is None or running.turn != turn or running.stopping:
            return
        if uuid in self._process.sent or uuid in running.open:
            return
        said = await asyncio.to_thread(content, (prompt,))
        running.held.append(Sending(uuid, (prompt.prompt.id,), said))
        self._begin(lambda: self._send_next(running), running)

    async def take_back(self, turn: TurnId, prompt: MessageId) -> bool:
        """Possible until the CLI has begun to work on it."""
        running = self._running
        if running is None or running.turn != turn:
            return False
        uuid = message_uuid((prompt,))
        if running.unhold(uuid):
            return True
        if uuid not in running.waiting or not await self._process.take_back(uuid):
            return False
        running.drop(uuid)
        self._begin(lambda: self._send_next(running), running)
        return True

    async def interrupt(self, turn: TurnId) -> None:
        """Stop the turn, within 8 s by killing the process."""
        running = self._running
        if running is None or running.turn != turn or running.stopping:
            return
        running.stopping = True
        self._begin(lambda: self._stop(running), running)

    async def answer(self, call: str, verdict: Verdict) -> None:
        """Answer a request; the first answer wins."""
        self._approvals.answer(call, verdict)
        self._process.stirred.set()

    async def reply(self, call: str, text: str, *, ok: bool) -> None:
        """Tell the agent what came of its wish."""
        self._serving.reply(call, text, ok=ok)

    async def context(self) -> Context | None:
        """How full the window is, as the CLI counts."""
        return await self._process.context()

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """As the CLI told them when it was started."""
        return await self._process.commands()

    async def close(self) -> None:
        """End the process; a running turn ends as lost."""
        if (running := self._running) is not None:
            self._end(running, Ending("lost", "The engine was closed."))
        for task in tuple(self._work):
            await stop(task)
        await self._process.end(gently=running is None)
        self._on_close(self._process.launch.token)
        await self._telling.settle(1.0)

    # The turn begins.

    async def _ask(
        self, running: Running, prompts: tuple[Delivered, ...], cut: frozenset[str]
    ) -> None:
        plan = await self._plan(prompts, cut)
        running.read += [name for one in plan.answered for name in one.ids]
        for one in plan.answered[:-1] if plan.over else plan.answered:
            self._say_answered(running, one.ids, one.text, Usage())
        if plan.stopped is not None:
            running.read += plan.stopped.ids
            self._end(running, Ending("stopped", plan.stopped.text))
        elif plan.over:
            running.quiet = plan.answered[-1].quiet
            self._end(running, Ending("done", plan.answered[-1].text))
        else:
            await self._send_plan(running, plan)

    async def _plan(self, prompts: tuple[Delivered, ...], cut: frozenset[str]) -> recovery.Plan:
        if self._fresh and not self._process.launch.resume:
            await self._find_earlier(prompts)
        if self._fresh or recovery.uuids(prompts) & (self._process.sent | self._recorded):
            rows = await asyncio.to_thread(self._rows)
            self._recorded = frozenset(filter(None, map(transcript.uuid_of, rows)))
        else:
            rows = []
        self._fresh = False
        return await asyncio.to_thread(recovery.plan, rows, prompts, cut)

    def _rows(self) -> list[transcript.Row]:
        session = self._process.launch.session
        return transcript.rows(transcript.find(self._space.engine, session))

    async def _find_earlier(self, prompts: tuple[Delivered, ...]) -> None:
        """Go on with the conversation of a first try that died before its token was stored."""
        apart, names = self._process.launch.spec.apart, recovery.uuids(prompts)
        found = await asyncio.to_thread(
            transcript.session_with, self._space.engine, names, apart.value if apart else ""
        )
        if found is not None:
            self._process.launch = replace(self._process.launch, session=found)
            await self._process.restart(again=False)

    async def _send_plan(self, running: Running, plan: recovery.Plan) -> None:
        if self._running is not running or running.stopping:
            return
        if plan.rerun is not None:
            running.open[plan.rerun.uuid] = plan.rerun
            await self._process.restart(again=True)
            self._process.sent.add(plan.rerun.uuid)
        elif any(sending.uuid in self._process.sent for sending in plan.send):
            await self._process.restart(again=False)
        else:
            self._process.stirred.clear()
        running.begin_with(plan.send)
        await self._send_next(running)
        await self._watch(running)

    async def _watch(self, running: Running) -> None:
        """Progress is any line; silence that nobody's answer explains is the end of the turn."""
        limit = SILENCE_S
        while self._running is running:
            try:
                async with asyncio.timeout(limit):
                    await self._process.stirred.wait()
            except TimeoutError:
                if not self._approvals.waiting:
                    await self._give_up(running, f"Claude said nothing for {limit:.0f} s.")
            self._process.stirred.clear()
            limit = QUIET_S

    async def _send_next(self, running: Running) -> None:
        sending = running.next_to_send() if self._running is running else None
        if sending is not None:
            await self._process.send(sending)

    # What the CLI says.

    async def _hear(self, message: Message) -> None:
        from claude_agent_sdk import types as sdk

        running = self._running
        match message:
            case sdk.RateLimitEvent(rate_limit_info=info):
                self._rejected = rejection(info.status, info.resets_at)
            case sdk.ConversationResetMessage(new_conversation_id=session):
                self._process.launch = replace(self._process.launch, session=session)
                self._process.spent = 0.0
            case sdk.ResultMessage():
                await self._result(message)
            case sdk.SystemMessage(subtype="api_retry", data={"error_status": 401 | 403}):
                # The CLI would try a refused login for minutes; the person can mend it now.
                self._cut_off(running, self._process.launch.login.mend)
            case _ if running is not None:
                self._progress(running, message)
                await self._send_next(running)
                if running.allowance is not None and goes_on(message):
                    self._begin(lambda: self._weigh(running), running)

    async def _weigh(self, running: Running) -> None:
        """Stop a turn that has used up what it may spend."""
        if await self._process.spending() >= (running.allowance or 0.0):
            self._cut_off(running, USED_UP)

    def _cut_off(self, running: Running | None, verdict: str) -> None:
        if running is not None and running is self._running and not running.stopping:
            running.stopping, running.verdict = True, verdict
            self._begin(lambda: self._stop(running), running)

    def _progress(self, running: Running, message: Message) -> None:
        if fresh := running.take_in(taken(message)):
            self._telling.say(Taken(running.turn, fresh))
        counted = getattr(message, "usage", None)
        if isinstance(counted, dict) and getattr(message, "parent_tool_use_id", None) is None:
            running.last_usage = counted
        running.compacted = summed_up(message) or running.compacted
        for event in progress(running.turn, message, str(self._space.work)):
            if isinstance(event, Wrote):
                if not running.partial and not event.text.strip():
                    continue
                running.wrote(event.text)
            self._telling.say(event)

    async def _result(self, result: ResultMessage) -> None:
        running = self._running
        named = taken(result)
        spent = self._process.has_spent(result.total_cost_usd)
        if running is None or not running.concerns(named, failed=result.is_error):
            self._meanwhile.hear(result)
            return
        last, ids = running.last_usage, running.settle(named)
        end = ending(result, self._rejected, self._process.launch.login, running.partial.strip())
        cost = replace(usage(result, spent, last), seconds=self._clock.monotonic() - running.began)
        end = replace(end, text=end.text or running.compacted)
        running.partial = running.compacted = ""
        if end.reason == "done" and not running.finished():
            self._say_answered(running, ids, self._meanwhile.before(end.text), cost)
            running.quiet = False
            await self._send_next(running)
        elif end.reason == "done":
            self._end(running, replace(end, text=self._meanwhile.before(end.text)), cost)
        else:
            await self._take_back(running)
            self._end(running, end, cost)

    # The turn ends.

    async def _stop(self, running: Running) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                while self._running is running:
                    await self._push(running)
        await self._give_up(running, running.partial.strip(), "stopped")

    async def _push(self, running: Running) -> None:
        """Take back what waits, interrupt what runs, and give it a second to end."""
        await self._take_back(running)
        if not running.open:
            self._end(running, Ending("stopped", running.partial.strip()))
            return
        await self._process.interrupt()
        with suppress(TimeoutError):
            async with asyncio.timeout(PUSH_S):
                await self._over.wait()

    async def _take_back(self, running: Running) -> None:
        for uuid in running.waiting:
            if await self._process.take_back(uuid):
                running.drop(uuid)

    async def _give_up(self, running: Running, text: str, reason: StopReason = "lost") -> None:
        if self._running is not running:
            return
        await self._process.end(gently=False)
        self._end(running, Ending(reason, text))

    async def _died(self, why: str) -> None:
        if self._running is not None:
            stopping = self._running.stopping
            text = self._running.partial.strip() if stopping else why
            self._end(self._running, Ending("stopped" if stopping else "lost", text))

    def _end(self, running: Running, end: Ending, cost: Usage | None = None) -> None:
        if self._running is not running:
            return
        self._running = None
        self._over.set()
        end = Ending("failed", running.verdict) if running.verdict else end
        spent = cost or Usage(seconds=self._clock.monotonic() - running.began)
        self._telling.say(
            TurnEnded(
                turn=running.turn,
                reason=end.reason,
                text=end.text,
                read=tuple(running.read),
                usage=spent,
                resume=self._token(sure=end.reason == "done"),
                at=self._clock.now(),
                resets_at=end.resets_at,
                nothing=running.quiet and end.reason == "done",
            )
        )

    def _say_answered(
        self, running: Running, ids: tuple[MessageId, ...], text: str, cost: Usage
    ) -> None:
        self._telling.say(Answered(running.turn, ids, text, cost, self._token(sure=True)))

    def _token(self, *, sure: bool) -> ResumeToken | None:
        """The conversation to continue, once there is something to continue."""
        session = self._process.launch.session
        if not sure and transcript.find(self._space.engine, session) is None:
            return None
        return ResumeToken("claude", session, str(self._space.work))

    def _begin(self, work: Callable[[], Awaitable[None]], running: Running) -> None:
        """Do it beside the caller; if the world fails, the turn is lost."""
        task = start(self._guarded(work, running), f"claude {running.turn}")
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _guarded(self, work: Callable[[], Awaitable[None]], running: Running) -> None:
        try:
            await work()
        except (CarrelError, Unknown, OSError) as error:
            await self._give_up(running, str(error) or "Claude could not go on.")

    # What the CLI asks.

    async def _may(self, tool: str, arguments: Mapping[str, object], call: str) -> Verdict:
        running = self._running
        if running is None or running.stopping:
            return Verdict("deny", NO_TURN)
        return await self._approvals.ask(running.turn, call, tool, arguments)
