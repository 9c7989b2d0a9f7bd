"""What one leader has open on this host, for as long as the line to it lasts.

The leader says, each time it is asked, for how long it may act; the engines here live no longer.
When the line breaks or is silent they are closed at once, and if this process is in no state to do
that, the kernel ends it, and them with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Final, Protocol

import structlog

from carrel.core.errors import Refused, Unavailable
from carrel.core.events import EngineEvent, TurnEnded
from carrel.core.model import TurnId
from carrel.core.routing import Binding
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.frames import Frame, Outcome
from carrel.engines.elsewhere.wire import Wire
from carrel.ports.clock import Clock
from carrel.ports.engine import Engine, EngineSpec, LiveEngine
from carrel.ports.workspace import Workspace, Workspaces
from carrel.tasks import Tasks

GIVES_UP: Final = 3 / 4
"""So much of the leader's time may pass without a word from it; the rest is for closing."""

FULL = "The host has no place for another agent."
LEAVES = "The host takes no more turns: it is to end."
BROKE = "The agent's host could not do it; its log says why."
OTHER_FOLDER = (
    "The session's files are at {theirs} where Carrel leads, and at {ours} on the host that has "
    "room: give all hosts the same `[store] folder`."
)

OTHER_WALLS = (
    "Where Carrel leads the walls are {theirs}, on the host that has room they are {ours}: give "
    "all hosts the same `[walls] isolation`."
)

log = structlog.get_logger(__name__)


class Burning(Protocol):
    """What ends this process when the time is over."""

    def light(self, seconds: float) -> None:
        """So many seconds from now, whatever was said before."""
        ...

    def put_out(self) -> None:
        """Not any more."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How the host takes engines in: how many, and every how many seconds it asks for more time."""

    places: Callable[[], int]
    every: float
    fuse: Burning
    clock: Clock


@dataclass(slots=True)
class _Guest:
    """An engine of the leader's. `opening` until it is open; `turn`: the one that runs.

    `closing`: once for each, whoever asks for it, and carried through: an engine whose start or
    end is cut off twice may leave a process behind.
    """

    opening: asyncio.Task[object] | None
    closing: asyncio.Task[None] | None = None
    live: LiveEngine | None = None
    turn: TurnId | None = None
    told_dead: bool = False


class Stay:
    """`run` serves the leader until the line is lost; nothing of it lives afterwards."""

    def __init__(self, wire: Wire, agents: tuple[Workspaces, Engine], terms: Terms) -> None:
        self._wire, self._terms, self._clock = wire, terms, terms.clock
        self._workspaces, self._engine = agents
        self._guests: dict[int, _Guest] = {}
        self._asked: dict[int, float] = {}
        self._until = self._gives_up = 0.0
        self._leaving = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._tasks, self._closings = Tasks("stay"), Tasks("closings")

    @property
    def used(self) -> int:
        """How many places are taken."""
        return len(self._guests)

    async def run(self, asked: float, left: float) -> None:
        """`asked`: when the leader was asked, on our clock; `left`: how long it said it has."""
        self._lasts(asked, left)
        self._tasks.start(self._beat(), "beat")
        self._tasks.start(self._watch(), "watch")
        try:
            while True:
                self._take(await self._wire.hear())
        except Unavailable as error:
            log.warning("line to the leader ended", why=str(error), agents=self.used)
        finally:
            self._leaving = True
            self.drop()
            await self._close_all()
            await self._tasks.close()
            await self._engine.close()
            self._terms.fuse.put_out()
            log.info("nothing of the leader's lives here any more")

    def drop(self) -> None:
        """Hang up; `run` closes everything."""
        self._wire.close()

    async def drain(self) -> None:
        """Take no more turns; return when the running ones are over."""
        self._leaving = True
        await self._ask(0)
        for number, guest in tuple(self._guests.items()):
            if guest.turn is None:
                self._tasks.start(self._shut(number), "shut")
        await self._empty.wait()

    async def farewell(self) -> None:
        """Close everything in order, and tell the leader that nothing lives here any more."""
        self._leaving = True
        await self._close_all()
        with suppress(Unavailable):
            await self._wire.send(Frame(frames.Bye()))

    # What keeps it alive.

    def _lasts(self, asked: float, left: float) -> None:
        self._until = max(self._until, asked + left)
        self._gives_up = max(self._gives_up, asked + GIVES_UP * left)
        self._guard()

    def _guard(self) -> None:
        """The fuse burns only while there is something to be ended."""
        if self._guests:
            self._terms.fuse.light(self._until - self._clock.monotonic())
        else:
            self._terms.fuse.put_out()
            self._empty.set()

    async def _beat(self) -> None:
        for number in count(1):
            for name, guest in tuple(self._guests.items()):
                await self._bury(name, guest)
            await self._ask(number)
            await self._clock.sleep(self._terms.every)

    async def _ask(self, number: int) -> None:
        """For how long it may go on; the leader hears what room there is."""
        self._asked[number] = self._clock.monotonic()
        await self._send(Frame(frames.Beat(self._terms.places()), number))

    async def _watch(self) -> None:
        while (left := self._gives_up - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
        log.error("the leader is silent")
        self.drop()

    # What the leader says.

    def _take(self, frame: Frame) -> None:
        match frame.value:
            case frames.Lasts(left) if frame.number in self._asked:
                self._lasts(self._asked.pop(frame.number), left)
            case value if isinstance(value, frames.Call):
                self._tasks.start(self._answer(frame.number, frame.live, value), "call")
            case _:
                raise Unavailable("the leader says what a leader does not say")

    async def _answer(self, number: int, live: int, call: frames.Call) -> None:
        try:
            outcome = await self._carry_out(live, call)
        except (Refused, Unavailable) as error:
            outcome = frames.Failed(str(error), isinstance(error, Refused))
        except Exception:
            log.exception("a call of the leader broke", call=type(call).__name__)
            outcome = frames.Failed(BROKE)
        await self._send(Frame(outcome, number, live))

    async def _carry_out(self, number: int, call: frames.Call) -> Outcome:
        if isinstance(call, frames.Open):
            await self._open(number, call.spec)
            return frames.Done()
        if isinstance(call, frames.Close):
            await self._shut(number)
            return frames.Done()
        guest = self._guests.get(number)
        live = guest.live if guest is not None else None
        if guest is None or live is None:
            return _without(call)
        if isinstance(call, frames.Begin):
            await self._begin(guest, live, call)
            return frames.Done()
        return await _told(live, call)

    async def _open(self, number: int, spec: EngineSpec) -> None:
        if self._leaving or self.used >= self._terms.places():
            raise Unavailable(LEAVES if self._leaving else FULL)
        guest = self._guests[number] = _Guest(asyncio.current_task())
        self._empty.clear()
        self._guard()
        try:
            own = replace(spec, workspace=await self._space(spec.workspace))
            guest.live = await self._engine.open(own, partial(self._tell, number, guest))
        except asyncio.CancelledError:
            self._forget(number)
            raise Unavailable(LEAVES) from None
        except BaseException:
            self._forget(number)
            raise
        finally:
            guest.opening = None

    async def _space(self, theirs: Workspace) -> Workspace:
        """The session's folders as this host has them, behind the walls of this host."""
        project = theirs.project
        bound = None if project is None or theirs.kind == "private" else (project.name, theirs.kind)
        ours = await self._workspaces.prepare(theirs.key, Binding(*bound) if bound else None)
        if (ours.root, ours.work) != (theirs.root, theirs.work):
            raise Refused(OTHER_FOLDER.format(theirs=theirs.work, ours=ours.work))
        if ours.isolation != theirs.isolation:
            raise Refused(OTHER_WALLS.format(theirs=theirs.isolation, ours=ours.isolation))
        return ours

    async def _begin(self, guest: _Guest, live: LiveEngine, call: frames.Begin) -> None:
        if self._leaving:
            raise Unavailable(LEAVES)
        guest.turn = call.turn.id
        try:
            await live.prompt(call.turn, call.prompts, call.cut)
        except BaseException:
            guest.turn = None
            raise

    async def _shut(self, number: int) -> None:
        """Close an engine, also one that is just being opened. The leader may not have asked."""
        guest = self._guests.get(number)
        if guest is None:
            return
        if guest.closing is None:
            guest.closing = self._closings.start(self._close(number, guest), "close")
        await asyncio.wait({guest.closing})

    async def _close(self, number: int, guest: _Guest) -> None:
        try:
            if guest.opening is not None:
                guest.opening.cancel()
                await asyncio.wait({guest.opening})
            if guest.live is not None:
                await guest.live.close()
                await self._bury(number, guest)
        finally:
            self._forget(number)

    async def _close_all(self) -> None:
        await asyncio.gather(*map(self._shut, tuple(self._guests)))

    def _forget(self, number: int) -> None:
        self._guests.pop(number, None)
        self._guard()

    # What the engines say.

    async def _tell(self, number: int, guest: _Guest, event: EngineEvent) -> None:
        await self._bury(number, guest)
        await self._send(Frame(event, live=number))
        if isinstance(event, TurnEnded) and guest.turn == event.turn:
            guest.turn = None
            if self._leaving:
                self._tasks.start(self._shut(number), "shut")

    async def _bury(self, number: int, guest: _Guest) -> None:
        """Say that an engine is dead before anything that its death has caused."""
        if guest.live is not None and not guest.live.alive and not guest.told_dead:
            guest.told_dead = True
            await self._send(Frame(frames.Died(), live=number))

    async def _send(self, frame: Frame) -> None:
        """Nobody hears what is said on a line that broke; a frame that is too large breaks it."""
        try:
            await self._wire.send(frame)
        except Unavailable as error:
            log.warning("not told to the leader", frame=type(frame.value).__name__, why=str(error))
            self.drop()


def _without(call: frames.Call) -> Outcome:
    """What a call comes to where the engine is gone."""
    match call:
        case frames.Begin():
            raise Unavailable("The agent is gone.")
        case frames.TakeBack():
            return frames.Done(yes=False)
        case frames.AskContext():
            return frames.Contents(None)
        case frames.AskCommands():
            return frames.Listed(())
        case _:
            return frames.Done()


async def _told(live: LiveEngine, call: frames.Call) -> Outcome:
    match call:
        case frames.Steer(turn, prompt):
            await live.steer(turn, prompt)
        case frames.TakeBack(turn, message):
            return frames.Done(await live.take_back(turn, message))
        case frames.Interrupt(turn):
            await live.interrupt(turn)
        case frames.Answer(name, verdict):
            await live.answer(name, verdict)
        case frames.Reply(name, text, ok):
            await live.reply(name, text, ok=ok)
        case frames.AskContext():
            return frames.Contents(await live.context())
        case frames.AskCommands():
            return frames.Listed(await live.commands())
        case _:
            raise Unavailable("The leader says what a leader does not say.")
    return frames.Done()
