"""A live engine that runs on another host, as the session's hands see it."""

from __future__ import annotations

import asyncio

import structlog

from carrel.core.errors import Refused, Unavailable
from carrel.core.events import EngineEvent, TurnEnded
from carrel.core.model import MessageId, Turn, TurnId, Usage, Verdict
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.link import Link
from carrel.engines.tasks import start
from carrel.engines.telling import Telling
from carrel.ports.clock import Clock
from carrel.ports.engine import Context, Delivered, EngineSpec, Tell

log = structlog.get_logger(__name__)

GONE = "The host where the agent ran is gone."
CLOSED = "The engine was closed."


class FarLive:
    """The port's LiveEngine over a link. A turn that is lost with its host ends as `lost`, once.

    It ends when nothing of it can live there any more, so that what follows finds the session free.
    """

    def __init__(self, link: Link, tell: Tell, clock: Clock) -> None:
        self._link, self._clock = link, clock
        self._telling = Telling(tell)
        self._turn: Turn | None = None
        self._alive = True
        self._closed = False
        self._number = link.enter(self)

    @property
    def alive(self) -> bool:
        """Whether the next prompt can go there."""
        return self._alive and not self._link.lost

    async def open(self, spec: EngineSpec) -> None:
        """Have it started there; errors as those of the port. Cut off, nothing of it stays."""
        try:
            await self._link.call(self._number, frames.Open(spec))
        except Refused:
            self._link.leave(self._number)
            raise
        except BaseException:
            await asyncio.shield(start(self.close(), "far close"))
            raise

    async def prompt(
        self, turn: Turn, prompts: tuple[Delivered, ...], cut: frozenset[str] = frozenset()
    ) -> None:
        """Start the turn there."""
        self._turn = turn
        if not self.alive:
            return self._end(CLOSED if self._closed else GONE)
        try:
            await self._link.call(self._number, frames.Begin(turn, prompts, cut))
        except (Refused, Unavailable):
            if self._link.lost:
                await self._link.gone()
            if self._turn is turn:
                self._turn = None
                raise

    async def steer(self, turn: TurnId, prompt: Delivered) -> None:
        """Add a prompt to the turn there."""
        await self._asked(frames.Steer(turn, prompt))

    async def take_back(self, turn: TurnId, prompt: MessageId) -> bool:
        """Give up what was steered."""
        done = await self._asked(frames.TakeBack(turn, prompt))
        return isinstance(done, frames.Done) and done.yes

    async def interrupt(self, turn: TurnId) -> None:
        """Stop the turn there."""
        await self._asked(frames.Interrupt(turn))

    async def answer(self, call: str, verdict: Verdict) -> None:
        """Answer what stands still."""
        await self._asked(frames.Answer(call, verdict))

    async def reply(self, call: str, text: str, *, ok: bool) -> None:
        """Tell it what came of its wish."""
        await self._asked(frames.Reply(call, text, ok))

    async def context(self) -> Context | None:
        """How full its window is; None where that is not to be had."""
        told = await self._asked(frames.AskContext())
        return told.context if isinstance(told, frames.Contents) else None

    async def commands(self) -> tuple[tuple[str, str], ...]:
        """Its own commands; none where they are not to be had."""
        told = await self._asked(frames.AskCommands())
        return told.commands if isinstance(told, frames.Listed) else ()

    async def _asked(self, call: frames.Call) -> frames.Outcome | None:
        """None where the host is gone: the end of the turn will tell."""
        try:
            return await self._link.call(self._number, call)
        except Unavailable as error:
            log.info("not done", host=self._link.host, what=type(call).__name__, why=str(error))
            return None

    async def close(self) -> None:
        """Return when nothing of it lives there: at the latest when its host's time is over."""
        self._closed, self._alive = True, False
        try:
            await self._link.call(self._number, frames.Close())
        except Unavailable:
            self._link.drop()
            await self._link.gone()
        self._link.leave(self._number)
        self._end(CLOSED)
        await self._telling.settle(1.0)

    # What the link says.

    def hear(self, event: EngineEvent) -> None:
        """Pass on what it tells; the session may be busy, and the line waits for nobody."""
        if isinstance(event, TurnEnded):
            if self._turn is None or self._turn.id != event.turn:
                return
            self._turn = None
        self._telling.say(event)

    def died(self) -> None:
        """It must be opened anew."""
        self._alive = False

    def gone(self) -> None:
        """With its host, or the way to it."""
        self._alive = False
        self._end(GONE)

    def _end(self, why: str) -> None:
        turn, self._turn = self._turn, None
        if turn is None:
            return
        read = tuple(prompt.id for prompt in turn.prompts)
        now = self._clock.now()
        self._telling.say(TurnEnded(turn.id, "lost", why, read, Usage(), None, now))
