"""Carries out a session's deeds towards its engine, in order, and reports through its mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

import structlog

from carrel.core.admission import People
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
    TerminalLeft,
    TurnEnded,
    Waited,
)
from carrel.core.messages import Notice
from carrel.core.model import (
    Chosen,
    Conversation,
    Prompt,
    Route,
    SessionKey,
    StopReason,
    Turn,
    TurnId,
    Usage,
    Verdict,
)
from carrel.core.routing import Rules, resolve
from carrel.ports.clock import Clock
from carrel.ports.engine import Delivered, Engine, EngineSpec, LiveEngine
from carrel.ports.platform import Platform
from carrel.ports.voice import Transcriber
from carrel.ports.workspace import Workspaces, binding
from carrel.ports.worktrees import Worktrees
from carrel.runtime import inquiries
from carrel.runtime.lending import Lending, Terminals
from carrel.runtime.planner import Planner
from carrel.runtime.project_work import ProjectWork
from carrel.runtime.room import Room
from carrel.runtime.seats import Seats
from carrel.runtime.typing import Typing
from carrel.tasks import Tasks

Told = EngineEvent | Discarded | TerminalLeft | GivenBack | Found
Tell = Callable[[Told], Awaitable[None]]

NO_EARS = (
    "I cannot listen to voice messages here: the operator can set [voice] in carrel.toml. "
    "Please write it."
)
OPENINGS = 2
"""Engines that are opened at once: more of them keep each other from getting ready."""

BACK_OFF = (0.0, 0.5, 2.0)
"""Seconds before the first, second and third try of a turn."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tools:
    """What every session's hands share. `rules` and `people` change when carrel.toml does."""

    engine: Engine
    workspaces: Workspaces
    platforms: dict[str, Platform]
    seats: Seats
    typing: Typing
    clock: Clock
    rules: Rules
    instructions: str
    people: People = field(default_factory=People)
    voice: Transcriber | None = None
    worktrees: Worktrees | None = None
    planner: Planner | None = None
    room: Room | None = None
    redact: Callable[[str], str] = str
    terminals: Terminals = field(default_factory=Terminals)
    openings: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OPENINGS))


class Hands:
    """One session's hold on its engine: at most one live, opened on demand, closed when told."""

    def __init__(self, key: SessionKey, tools: Tools, tell: Tell) -> None:
        self._key, self._tools, self._tell = key, tools, tell
        self._tasks, self._partings = Tasks(f"hands {key}"), Tasks(f"partings {key}")
        self._lending = Lending(key, tools.workspaces, tools.engine, tools.clock, tools.terminals)
        self._project = ProjectWork(tools.worktrees)
        self._parting: asyncio.Task[None] | None = None
        self._deeds: asyncio.Queue[EngineDeed] = asyncio.Queue()
        self._opening: tuple[TurnId, asyncio.Task[None]] | None = None
        self._live: LiveEngine | None = None
        self._opened = Chosen()
        self._turn: Turn | None = None
        self._warming: asyncio.Task[None] | None = None
        self._draining = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._tasks.start(self._work(), "work")

    @property
    def busy(self) -> bool:
        """Whether a turn runs or is about to, or the engine is just being opened."""
        return self._turn is not None or self._warming is not None

    def do(self, deed: EngineDeed) -> None:
        """Take on a deed. An interrupt overtakes a start that still waits or opens.

        A second one leaves it alone: a half-open engine is just being closed.
        """
        if isinstance(deed, StartTurn):
            if self._draining:
                return
            self._turn = deed.turn
            self._quiet.clear()
        opening = self._opening
        cut = isinstance(deed, InterruptTurn) and opening is not None and opening[0] == deed.turn
        if cut and opening is not None and (opening[1].cancelling() or opening[1].cancel()):
            return
        self._deeds.put_nowait(deed)

    async def hear(self, event: EngineEvent) -> None:
        """The engine's events pass here on their way to the mailbox; an answer says of what."""
        event = await self._project.told_with(event)
        if isinstance(event, TurnEnded) and self._turn and self._turn.id == event.turn:
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
            case Discard():
                await self._tools.workspaces.discard(self._key)
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
        self._opening = (deed.turn.id, opening)
        await asyncio.wait({opening})
        self._opening = None
        if opening.cancelled():
            await self._end(deed.turn, "stopped", "")

    async def _begin(self, deed: StartTurn) -> None:
        turn = deed.turn
        try:
            await self._tools.clock.sleep(BACK_OFF[min(turn.attempt, len(BACK_OFF)) - 1])
            await self._warmed()
            await self._room(turn)
            await self._tools.seats.take(self, self._note(turn))
            live = await self._open(turn.conversation, deed)
            prompts = [await self._delivered(p) for p in turn.prompts]
            await self._hand_over(live, deed, tuple(prompts))
        except Refused as error:
            await self._end(turn, "failed", str(error))
        except Unavailable as error:
            await self._end(turn, "lost", str(error))
        except Exception:
            log.exception("turn could not begin", session=self._key, turn=turn.id)
            await self._end(turn, "lost", "Carrel could not start the agent; its log says why.")

    async def _warm(self, deed: WarmEngine) -> None:
        """Open the engine if a place can be had. A failure is left to the turn that meets it."""
        try:
            if self._live is None and await self._tools.seats.take_spare(self):
                await self._open(deed.conversation, deed)
        except (Refused, Unavailable) as error:
            self._tools.seats.give_back(self)
            log.info("not opened ahead", session=self._key, error=str(error))
        finally:
            self._warming = None

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
            await self._live.steer(turn, await self._delivered(prompt))

    async def _answer(self, calls: tuple[str, ...], verdict: Verdict) -> None:
        if self._live is None:
            return
        for call in calls:
            await self._live.answer(call, verdict)
        if verdict.mode is not None:
            self._opened = replace(self._opened, mode=verdict.mode)

    async def _open(self, place: Conversation, deed: StartTurn | WarmEngine) -> LiveEngine:
        """The live engine, or one that is opened as is chosen now."""
        tools, route = self._tools, resolve(place, self._tools.rules)
        wanted = _wanted(route, deed.chosen)
        if self._live is not None and self._live.alive and wanted == self._opened:
            return self._live
        await self.vacate()
        spec = await self._spec(place, deed)
        self._project.space = spec.workspace
        async with tools.openings:
            self._live, self._opened = await tools.engine.open(spec, self.hear), wanted
        return self._live

    async def _spec(
        self, place: Conversation, deed: StartTurn | WarmEngine | OpenTerminal
    ) -> EngineSpec:
        """How the engine is opened as is chosen now."""
        tools, route = self._tools, resolve(place, self._tools.rules)
        wanted = _wanted(route, deed.chosen)
        return EngineSpec(
            workspace=await tools.workspaces.prepare(self._key, binding(route)),
            resume=deed.resume,
            mode=wanted.mode or "ask",
            model=wanted.model,
            instructions=tools.instructions,
            effort=wanted.effort,
        )

    async def _inquire(self, deed: Inquire) -> None:
        """Looked up beside the turn; whatever goes wrong is said where it was asked."""
        said = await inquiries.said(self._looked_up(deed), deed.command)
        await self._tell(Found(deed.command, deed.conversation, said))

    async def _looked_up(self, deed: Inquire) -> inquiries.Body:
        tools = self._tools
        if deed.what == "schedule":
            return await self._planner.asked(
                deed.conversation, deed.argument, deed.command, deed.by
            )
        route = resolve(deed.conversation, tools.rules)
        workspace = await tools.workspaces.prepare(self._key, binding(route))
        if deed.what == "files":
            return await inquiries.files(workspace, deed.argument)
        if tools.worktrees is None or workspace.kind == "private":
            return Notice(inquiries.NO_PROJECT)
        if deed.what == "diff":
            return await inquiries.diff(workspace, tools.worktrees, deed.argument)
        if deed.argument.startswith("discard"):
            await self.vacate()
        return await inquiries.worktree(workspace, tools.worktrees, deed.argument)

    @property
    def _planner(self) -> Planner:
        if self._tools.planner is None:
            raise Refused("Nothing can be said by itself here.")
        return self._tools.planner

    async def _fulfil(self, deed: Fulfil) -> None:
        """Done beside the turn, which waits for it; the engine is told whatever comes of it."""
        try:
            text, ok = await self._wished(deed), True
        except (Refused, Unavailable) as error:
            text, ok = str(error), False
        if self._live is not None:
            await self._live.reply(deed.call, text, ok=ok)

    async def _wished(self, deed: Fulfil) -> str:
        return await self._planner.wished(deed.conversation, deed.wish, deed.turn, deed.by)

    async def _delivered(self, prompt: Prompt) -> Delivered:
        """The prompt with its attachments fetched into the session's inbox."""
        if not prompt.attachments:
            return Delivered(prompt)
        workspace = await self._tools.workspaces.prepare(self._key)
        platform = self._tools.platforms[prompt.conversation.platform]
        files, said = [], [prompt.text] if prompt.text else []
        for attachment in prompt.attachments:
            path = await self._tools.workspaces.bring_in(workspace, attachment.name)
            await platform.fetch(attachment, path)
            if attachment.voice:
                said.append(await self._heard(path))
            else:
                files.append((attachment, path))
        return Delivered(replace(prompt, text="\n".join(said)), tuple(files))

    async def _heard(self, recording: Path) -> str:
        if self._tools.voice is None:
            raise Refused(NO_EARS)
        return await self._tools.voice.transcribe(recording)

    async def _room(self, turn: Turn) -> None:
        async def say(why: str) -> None:
            await self._tell(Waited(turn.id, why))

        if self._tools.room is not None:
            await self._tools.room.wait(say)

    def _note(self, turn: Turn) -> Callable[[int], Awaitable[None]]:
        async def waiting(position: int) -> None:
            text = f"every place for a live agent is taken; {position} in line"
            await self._tell(Waited(turn.id, text))

        return waiting

    async def _end(self, turn: Turn, reason: StopReason, text: str) -> None:
        read = tuple(p.id for p in turn.prompts) if reason != "stopped" else ()
        now = self._tools.clock.now()
        await self.hear(TurnEnded(turn.id, reason, text, read, Usage(), None, now))


def _wanted(route: Route, chosen: Chosen) -> Chosen:
    """What the engine is opened with: what was chosen, else what the rules say.

    Without walls nothing goes unasked, whatever a job says, or a choice from when there were some.
    """
    mode = chosen.mode or route.mode
    return Chosen(
        mode="ask" if mode == "auto" and not route.walled else mode,
        model=chosen.model or route.model,
        effort=chosen.effort or route.effort,
    )


async def _deaf(event: Told) -> None:
    """Nobody listens any more."""
