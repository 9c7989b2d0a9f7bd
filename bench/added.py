"""The time that the gateway itself adds to a turn."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bench.figures import Measured, Say, middle, percentile, spread
from bench.inside import Inside, house
from bench.processes import scratch
from carrel.core.messages import Answer, Outbound, Progress
from carrel.engines.script import Say as Write
from carrel.engines.script import Step, Wait
from carrel.platforms.console import Subscription

SESSIONS = 5
TURNS = 70
TEXT_TURNS = 8
THINKING_S = 0.03
"""How long the engine takes before it says anything: what a warm one takes at least."""

WRITING_S = 0.15
"""How long it goes on after its first words, where those are what is waited for."""


def measure(say: Say) -> Measured:
    """added_ms_p50, added_ms_p95: what the gateway adds to a warm turn, in milliseconds.

    (message stored -> prompt at the engine) + (engine says that the turn is over -> a reader of
    the console has the answer), of 350 turns one after another in five sessions. One process
    holds the real store on the disk, intake, registry, actors, outbox and console; the engine is
    scripted and takes 30 ms. Beside the table: the two halves; the same with all five sessions
    at once; and how long the first words of a longer answer take to a reader.
    """
    with scratch() as folder:
        turns, crowded, words = asyncio.run(_measure(folder, say))
    sums = [turn.added for turn in turns]
    figures = {"added_ms_p50": middle(sums), "added_ms_p95": percentile(sums, 0.95)}
    return Measured(
        figures,
        (
            f"added, stored to engine, ms: {_halves([t.way_in for t in turns])}",
            f"added, engine to reader, ms: {_halves([t.way_out for t in turns])}",
            f"posted to stored, ms: {_halves([t.storing for t in turns])}",
            f"added with {SESSIONS} sessions at once, ms: {_halves([t.added for t in crowded])}",
            f"first words of a longer answer to reader, ms: {spread(words, 1)}",
        ),
    )


def _halves(values: list[float]) -> str:
    return f"p50 {middle(values):.1f}, p95 {percentile(values, 0.95):.1f}, n = {len(values)}"


@dataclass(frozen=True, slots=True)
class Turn:
    """Monotonic seconds of one turn, in the order in which they come."""

    posted: float
    stored: float
    prompted: float
    ended: float
    shown: float

    @property
    def storing(self) -> float:
        """Milliseconds until the message was stored."""
        return 1000 * (self.stored - self.posted)

    @property
    def way_in(self) -> float:
        """Milliseconds from the store to the engine."""
        return 1000 * (self.prompted - self.stored)

    @property
    def way_out(self) -> float:
        """Milliseconds from the engine to the reader."""
        return 1000 * (self.shown - self.ended)

    @property
    def added(self) -> float:
        """What the gateway added."""
        return self.way_in + self.way_out


async def _measure(folder: Path, say: Say) -> tuple[list[Turn], list[Turn], list[float]]:
    async with house(folder / "short", _short) as inside, _readers(inside) as readers:
        say(f"{SESSIONS * TURNS} turns, one after another")
        await asyncio.gather(*(reader.turn("warm up") for reader in readers))
        turns = [await reader.turn("hi") for _ in range(TURNS) for reader in readers]
        say(f"{SESSIONS * TURNS // 2} turns, {SESSIONS} sessions at once")
        rows = await asyncio.gather(*(reader.turns(TURNS // 2) for reader in readers))
    async with house(folder / "long", _long) as inside, _readers(inside) as readers:
        say("longer answers")
        words = [await reader.first_words() for _ in range(TEXT_TURNS) for reader in readers]
    return turns, [turn for row in rows for turn in row], words


def _short(_: str) -> Iterable[Step]:
    return (_wait(THINKING_S), Write("An answer."))


def _long(_: str) -> Iterable[Step]:
    return (_wait(THINKING_S), Write("The first words"), _wait(WRITING_S), Write(" of many."))


def _wait(seconds: float) -> Wait:
    """A gate that opens by itself; the script is asked for when the prompt has arrived."""
    gate = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, gate.set)
    return Wait(gate)


@asynccontextmanager
async def _readers(inside: Inside) -> AsyncIterator[tuple[Reader, ...]]:
    names = [f"desk-{number}" for number in range(SESSIONS)]
    async with AsyncExitStack() as stack:
        yield tuple(
            [
                Reader(
                    inside, name, await stack.enter_async_context(inside.console.subscribe(name))
                )
                for name in names
            ]
        )


@dataclass(slots=True)
class Reader:
    """Someone at a console: says something, and reads until it is answered."""

    inside: Inside
    name: str
    subscription: Subscription
    said: int = 0
    seen: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    async def turns(self, number: int) -> list[Turn]:
        """Several turns, one after another."""
        return [await self.turn("hi") for _ in range(number)]

    async def turn(self, text: str) -> Turn:
        """One message and its answer."""
        posted, identity = await self._post(text)
        shown = await self._until(Answer)
        marks = self.inside.marks
        stored, key = marks.stored[identity], f"console:{self.name}"
        return Turn(posted, stored, marks.prompted[key], marks.ended[key], shown)

    async def first_words(self) -> float:
        """Milliseconds from the engine's first words to their being read."""
        await self._post("go on")
        shown = await self._until(Progress)
        wrote = self.inside.marks.wrote[f"console:{self.name}"]
        await self._until(Answer)
        return 1000 * (shown - wrote)

    async def _post(self, text: str) -> tuple[float, str]:
        self.said += 1
        identity = f"{self.name}.{self.said}"
        posted = monotonic()
        await self.inside.console.post(self.name, identity, text)
        return posted, identity

    async def _until(self, kind: type[Answer | Progress]) -> float:
        """When the next body of this kind that has words in it was read."""
        while True:
            item = await self.subscription.next()
            now = monotonic()
            if item is None:
                raise RuntimeError("the console closed its reader")
            if isinstance(item, Outbound) and isinstance(item.body, kind) and item.body.text:
                return now
