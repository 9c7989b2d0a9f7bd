"""Carries out a session's deeds towards its engine, in order, and reports through its mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import assert_never

import structlog

from carrel.core.choosing import in_use
from carrel.core.effects import (
    AnswerEngine,
    CloseEngine,
    Discard,
    EndTerminal,
    EngineDeed,
    Fulfil,
    Inquire,
    InterruptTurn,
    OpenTerminal,
    Rewind,
    StartTurn,
    Steer,
    TakeBack,
    WarmEngine,
    WatchTerminal,
)
from carrel.core.errors import Refused, Unavailable
from carrel.core.events import (
    Discarded,
    EngineEvent,
    Found,
    GivenBack,
    Rewound,
    TerminalLeft,
    TurnEnded,
    Waited,
)
from carrel.core.model import (
    Chosen,
    Conversation,
    Prompt,
    SessionKey,
    StopReason,
    Turn,
    TurnId,
    Usage,
    Verdict,
)
from carrel.core.routing import Binding, resolve
from carrel.ports.engine import Context, Delivered, EngineSpec, LiveEngine
from carrel.ports.workspace import Workspace, binding
from carrel.runtime import inquiries, rewinding
from carrel.runtime.delivering import delivered
from carrel.runtime.discarding import discarded
from carrel.runtime.keeping import Keeping
from carrel.runtime.lending import Lending
from carrel.runtime.looking_up import looked_up, planner_of
from carrel.runtime.opening import Opening
from carrel.runtime.project_work import ProjectWork
from carrel.runtime.tools import Tools
from carrel.tasks import Tasks

Told = EngineEvent | Discarded | TerminalLeft | GivenBack | Found | Rewound
Tell = Callable[[Told], Awaitable[None]]

BACK_OFF = (0.0, 0.5, 2.0)
"""Seconds before the first, second and third try of a turn."""

NO_ROOM = "no host has room for an agent just now"

log = structlog.get_logger(__name__)


class Hands:
    """One session's hold on its engine: at most one live, opened on demand, closed when told."""

    def __init__(self, key: SessionKey, tools: Tools, tell: Tell) -> None:
        self._key, self._tools, self._tell = key, tools, tell
        self._tasks, self._partings = Tasks(f"hands {key}"), Tasks(f"partings {key}")
        self._lending = Lending(key, tools.workspaces, tools.engine, tools.clock, tools.terminals)
        self._project = ProjectWork(tools.worktrees)
        self._parting: asyncio.Task[None] | None = None
        self._deeds: asyncio.Queue[EngineDeed] = asyncio.Queue()
        self._opening: Opening | None = None
        self._live: LiveEngine | None = None
        self._opened: tuple[Chosen, Binding | None] = (Chosen(), None)
        self._keeping = Keeping(key, tools.history)
        self._turn: Turn | None = None
        self._warming: asyncio.Task[None] | None = None
        self._draining = False
        self._kept: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._tasks.start(self._work(), "work")

    @property
    def busy(self) -> bool:
        """Whether a turn runs or is about to, or the engine is just being opened."""
        return self._turn is not None or self._warming is not None

    def do(self, deed: EngineDeed) -> None:
        """Take on a deed. What ends a turn overtakes its start, which may wait for long.

        A second interrupt leaves it alone: a half-open engine is just being closed.
        """
        if isinstance(deed, StartTurn):
            if self._draining:
                return
            self._turn = deed.turn
            self._quiet.clear()
        if self._opening is None or not self._overtakes(deed, self._opening):
            self._deeds.put_nowait(deed)

    def _overtakes(self, deed: EngineDeed, opening: Opening) -> bool:
        """Whether it is done without its turn. The next try waits for an engine that closes."""
        match deed:
            case InterruptTurn(turn) if turn == opening.turn:
                return opening.cut("stopped")
            case CloseEngine():
                opening.cut("lost")
            case Inquire():
                self._tasks.start(self._inquire(deed), "inquire")
                return True
            case _:
                pass
        return False

    async def hear(self, event: EngineEvent) -> None:
        """The engine's events pass here on their way to the mailbox; an answer says of what."""
        event = await self._project.told_with(event)
        if isinstance(event, TurnEnded) and self._turn and self._turn.id == event.turn:
            kept = self._keeping.end(event.turn, event.resume)
            self._kept = self._tasks.start(kept, "keep")
            self._quiet.set()
        await self._tell(event)

    def rest(self) -> None:
        """No turn follows the one that ended: the engine gives way if somebody waits for one."""
        self._turn = None
        self._tasks.start(self._tools.seats.rest(self), "rest")

    async def drain(self) -> None:
        """Begin no more turns; return when the running one has ended."""
        self._draining = True
        await self._quiet.wait()
        if self._kept is not None:
            await asyncio.wait({self._kept})

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """The engine's own commands; none while it is not open."""
        return () if self._live is None else await self._live.commands()

    async def context(self) -> Context | None:
        """How full the live engine's window is; None where none is live."""
        return None if self._live is None else await self._live.context()

    async def vacate(self) -> None:
        """Close the engine; the next turn opens it again where it left off.

        Carried through though the caller goes away, and waited for by whoever comes next.
        """
        live, self._live = self._live, None
        if live is not None:
            self._parting = self._partings.start(live.close(), "close")
        if self._parting is not None:
            await asyncio.wait({self._parting})

    async def close(self) -> None:
        """Let go of everything; no event follows."""
        self._tell = _deaf
        self._quiet.set()
        self._lending.close()
        await self._tasks.close()
        await self.vacate()
        self._tools.seats.give_back(self)

    async def _work(self) -> None:
        while True:
            deed = await self._deeds.get()
            try:
                await self._carry_out(deed)
            except (Unavailable, Refused) as error:
                log.warning("engine deed failed", session=self._key, error=str(error))
            except Exception:
                log.exception("engine deed broke", session=self._key)

    async def _carry_out(self, deed: EngineDeed) -> None:
        match deed:
            case StartTurn():
                await self._start(deed)
            case WarmEngine():
                if not self.busy and not self._draining:
                    self._warming = self._tasks.start(self._warm(deed), "warm")
            case Steer(turn, prompt):
                await self._steer(turn, prompt)
            case TakeBack(turn, message, fate):
                live = self._live
                gone = live is not None and await live.take_back(turn, message)
                await self._tell(GivenBack(turn, message, fate, gone))
            case InterruptTurn(turn):
                if self._live is not None:
                    await self._live.interrupt(turn)
            case AnswerEngine(calls, verdict):
                await self._answer(calls, verdict)
            case CloseEngine():
                await self._let_go()
            case OpenTerminal():
                await self._let_go()
                await self._lending.open(self._spec(deed.conversation, deed))
            case WatchTerminal(since):
                self._tasks.start(self._watch(since), "watch")
            case EndTerminal():
                self._tasks.start(self._lending.end(), "end")
            case Inquire():
                self._tasks.start(self._inquire(deed), "inquire")
            case Fulfil():
                self._tasks.start(self._fulfil(deed), "fulfil")
            case Rewind():
                await self._rewind(deed)
            case Discard():
                await discarded(self._tools.workspaces, self._key, self._tools.clock)
                self._lending.close()
                await self._tell(Discarded())
            case _:
                assert_never(deed)

    async def _let_go(self) -> None:
        await self._warmed()
        await self.vacate()
        self._tools.seats.give_back(self)

    async def _watch(self, since: float) -> None:
        resume = await self._lending.until_left(since)
        await self._tell(TerminalLeft(self._tools.clock.now(), resume))

    async def _start(self, deed: StartTurn) -> None:
        opening = self._tasks.start(self._begin(deed), "begin")
        self._opening = Opening(deed.turn.id, opening)
        await asyncio.wait({opening})
        reason, self._opening = self._opening.end, None
        if opening.cancelled():
            await self._end(deed.turn, reason, "")

    async def _begin(self, deed: StartTurn) -> None:
        turn = deed.turn
        try:
            await self._tools.clock.sleep(BACK_OFF[min(turn.attempt, len(BACK_OFF)) - 1])
            await self._warmed()
            await self._room(turn)
            await self._tools.seats.take(self, self._note(turn))
            live = await self._open(turn.conversation, deed)
            await self._keeping.begin(turn)
            prompts = [await delivered(p, self._key, self._tools) for p in turn.prompts]
            await self._hand_over(live, deed, await self._noted(deed, tuple(prompts)))
        except Refused as error:
            await self._end(turn, "failed", str(error))
        except Unavailable as error:
            await self._end(turn, "lost", str(error))
        except Exception:
            log.exception("turn could not begin", session=self._key, turn=turn.id)
            await self._end(turn, "lost", "Carrel could not start the agent; its log says why.")

    async def _noted(
        self, deed: StartTurn, prompts: tuple[Delivered, ...]
    ) -> tuple[Delivered, ...]:
        notes = self._tools.notes
        return await notes.told(self._key, deed.told_of, prompts) if notes else prompts

    async def _warm(self, deed: WarmEngine) -> None:
        """Open the engine if a place can be had. A failure is left to the turn that meets it.

        It gives way at once if somebody came to wait for the place meanwhile.
        """
        try:
            if self._live is None and await self._tools.seats.take_spare(self):
                await self._open(deed.conversation, deed)
        except (Refused, Unavailable) as error:
            self._tools.seats.give_back(self)
            log.info("not opened ahead", session=self._key, error=str(error))
        finally:
            self._warming = None
        await self._tools.seats.rest(self)

    async def _warmed(self) -> None:
        """Wait for an engine that is being opened ahead."""
        if self._warming is not None:
            await asyncio.wait({self._warming})

    async def _hand_over(
        self, live: LiveEngine, deed: StartTurn, prompts: tuple[Delivered, ...]
    ) -> None:
        """An engine that was cut off here may have the prompt: it must not be used again."""
        try:
            await live.prompt(deed.turn, prompts, deed.cut)
        except asyncio.CancelledError:
            await self.vacate()
            raise

    async def _steer(self, turn: TurnId, prompt: Prompt) -> None:
        if self._live is not None:
            await self._live.steer(turn, await delivered(prompt, self._key, self._tools))

    async def _answer(self, calls: tuple[str, ...], verdict: Verdict) -> None:
        if self._live is None:
            return
        for call in calls:
            await self._live.answer(call, verdict)
        if verdict.mode is not None:
            chosen, bound = self._opened
            self._opened = (replace(chosen, mode=verdict.mode), bound)

    async def _open(self, place: Conversation, deed: StartTurn | WarmEngine) -> LiveEngine:
        """The live engine, or one that is opened as is chosen now, where the rules say now."""
        tools, route = self._tools, resolve(place, self._tools.rules)
        wanted = (in_use(route, deed.chosen), binding(route))
        if self._live is not None and self._live.alive and wanted == self._opened:
            return self._live
        await self.vacate()
        spec = await self._spec(place, deed)
        self._project.space = self._keeping.space = spec.workspace
        self._live, self._opened = await tools.engine.open(spec, self.hear), wanted
        return self._live

    async def _spec(
        self, place: Conversation, deed: StartTurn | WarmEngine | OpenTerminal
    ) -> EngineSpec:
        """How the engine is opened as is chosen now."""
        tools, route = self._tools, resolve(place, self._tools.rules)
        wanted = in_use(route, deed.chosen)
        return EngineSpec(
            workspace=await tools.workspaces.prepare(self._key, binding(route)),
            resume=deed.resume,
            mode=wanted.mode or "ask",
            model=wanted.model,
            instructions=tools.instructions,
            effort=wanted.effort,
            apart=None if isinstance(deed, OpenTerminal) else deed.told_of,
        )

    async def _rewind(self, deed: Rewind) -> None:
        tools, space = self._tools, self.workspace(deed.conversation)
        now = tools.clock.now()
        await self._tell(await rewinding.attempted(deed, space, tools.history, tools.engine, now))

    async def workspace(self, place: Conversation) -> Workspace:
        """The session's workspace, as it is bound where that is asked."""
        bound = binding(resolve(place, self._tools.rules))
        return await self._tools.workspaces.prepare(self._key, bound)

    async def _inquire(self, deed: Inquire) -> None:
        """Looked up beside the turn; whatever goes wrong is said where it was asked."""
        said = await inquiries.said(looked_up(deed, self._key, self._tools, self), deed.command)
        await self._tell(Found(deed.command, deed.conversation, said))

    async def _fulfil(self, deed: Fulfil) -> None:
        """Done beside the turn, which waits for it; the engine is told whatever comes of it."""
        try:
            text, ok = await self._wished(deed), True
        except (Refused, Unavailable) as error:
            text, ok = str(error), False
        if self._live is not None:
            await self._live.reply(deed.call, text, ok=ok)

    async def _wished(self, deed: Fulfil) -> str:
        return await planner_of(self._tools).wished(
            deed.conversation, deed.wish, deed.turn, deed.by
        )

    async def _room(self, turn: Turn) -> None:
        async def say(why: str) -> None:
            await self._tell(Waited(turn.id, why))

        if self._tools.room is not None:
            await self._tools.room.wait(say)

    def _note(self, turn: Turn) -> Callable[[int], Awaitable[None]]:
        seats = self._tools.seats

        async def waiting(position: int) -> None:
            full = "every place for a live agent is taken" if seats.size else NO_ROOM
            await self._tell(Waited(turn.id, f"{full}; {position} in line"))

        return waiting

    async def _end(self, turn: Turn, reason: StopReason, text: str) -> None:
        read = tuple(p.id for p in turn.prompts) if reason != "stopped" else ()
        now = self._tools.clock.now()
        await self.hear(TurnEnded(turn.id, reason, text, read, Usage(), None, now))


async def _deaf(event: Told) -> None:
    """Nobody listens any more."""
