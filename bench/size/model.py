"""A day's busiest hour, played through: people write, engines work, and something is full first."""

from __future__ import annotations

import heapq
import math
import random
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Event = tuple[float, int, Literal["message", "end"], int]
"""When, a number that keeps ties in order, what, and in which session."""


IDLE = 600.0
"""Seconds after which an engine that nobody uses is closed; `[engine] idle_seconds`."""


@dataclass(frozen=True, slots=True)
class People:
    """What is assumed of those who write; nobody can measure it here.

    Each session is used in bursts: `bursts` a day begin at random (a Poisson process), each has
    `messages` on average (geometric), `pause` seconds apart on average (exponential). The busiest
    hour has `peak` times the day's average. A turn takes `turn` seconds in the middle and is
    log-normal with `sigma`; what the model's provider needs is in it.
    """

    bursts: float = 3.0
    messages: float = 4.0
    pause: float = 60.0
    peak: float = 3.0
    turn: float = 15.0
    sigma: float = 1.0

    @property
    def mean_turn(self) -> float:
        """Seconds of a turn on average."""
        return self.turn * math.exp(self.sigma**2 / 2)

    def rate(self, sessions: float) -> float:
        """Messages a second in the busiest hour."""
        return sessions * self.bursts * self.messages * self.peak / 86_400


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured, in seconds of a message, but for `memory`: MiB of a live engine.

    `database`: of its writers, at the most that it took in. `leader`: processor of the gateway.
    `agent`: processor of the engine's processes. `opening`: until a new engine takes its message.
    """

    database: float
    leader: float
    agent: float
    opening: float
    memory: float


@dataclass(frozen=True, slots=True)
class Fleet:
    """So many hosts, each with so many places for live engines and so many processors."""

    hosts: int
    places: int = 8
    processors: int = 4


def limits(fleet: Fleet, costs: Costs, people: People) -> dict[str, float]:
    """Messages a second that each part can do at most, if every message finds its engine closed.

    The database's writers, the one processor of the leader, all processors of the hosts, and the
    places for live engines.
    """
    return {
        "database": 1 / costs.database,
        "leader": 1 / costs.leader,
        "processors": fleet.hosts * fleet.processors / costs.agent,
        "places": fleet.hosts * fleet.places / (people.mean_turn + costs.opening),
    }


@dataclass(slots=True)
class Hour:
    """The engines of all hosts, and the sessions that want one."""

    places: int
    opening: float
    people: People
    random: random.Random
    waits: list[float] = field(default_factory=list)
    opened: int = 0
    _events: list[Event] = field(default_factory=list)
    _waiting: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _working: set[int] = field(default_factory=set)
    _idle: OrderedDict[int, float] = field(default_factory=OrderedDict)
    _line: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def play(self, messages: Iterator[tuple[float, float, int]]) -> None:
        """Each message: when it was written, when it is stored and known, and its session."""
        for number, (written, known, session) in enumerate(messages):
            self._run_until(known)
            self._waiting[session].append(written)
            if session not in self._working and session not in self._line:
                self._want(known, session, number)
        self._run_until(math.inf)

    def _run_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            now, number, _, session = heapq.heappop(self._events)
            self._working.discard(session)
            self._idle[session] = now
            if self._waiting[session]:
                self._want(now, session, number)
            self._admit(now, number)

    def _want(self, now: float, session: int, number: int) -> None:
        """Whose engine is open begins at once, unless others have waited for longer."""
        since = self._idle.pop(session, -math.inf)
        if now - since < IDLE and not self._line:
            self._begin(now, session, number, 0.0)
        else:
            self._line[session] = None
            self._admit(now, number)

    def _admit(self, now: float, number: int) -> None:
        """The first in the line has a place that is free, or that of the longest idle engine."""
        while self._line and len(self._working) < self.places:
            session, _ = self._line.popitem(last=False)
            if len(self._working) + len(self._idle) >= self.places:
                self._idle.popitem(last=False)
            self.opened += 1
            self._begin(now, session, number, self.opening)

    def _begin(self, now: float, session: int, number: int, opening: float) -> None:
        self._working.add(session)
        begun = now + opening
        self.waits.append(begun - self._waiting[session].popleft())
        took = self.random.lognormvariate(math.log(self.people.turn), self.people.sigma)
        heapq.heappush(self._events, (begun + took, number, "end", session))


@dataclass(frozen=True, slots=True)
class Played:
    """Seconds from writing to the engine's beginning, in their order; how often one was opened."""

    waits: tuple[float, ...]
    opened: float

    def wait(self, share: float) -> float:
        """What this share of the messages does not wait longer than."""
        return self.waits[min(int(share * len(self.waits)), len(self.waits) - 1)]


def simulate(
    fleet: Fleet, costs: Costs, people: People, sessions: int, *, seconds: float = 3600.0, seed: int
) -> Played:
    """The busiest hour of so many sessions."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    written = sorted(_bursts(people, sessions, seconds, chance))
    hour = Hour(fleet.hosts * fleet.places, costs.opening, people, chance)
    hour.play(_known(written, costs))
    return Played(tuple(sorted(hour.waits)), hour.opened / max(len(hour.waits), 1))


def _bursts(
    people: People, sessions: int, seconds: float, chance: random.Random
) -> Iterator[tuple[float, int]]:
    """When a message is written, and in which session."""
    begin, rate = 0.0, people.rate(sessions) / people.messages
    while (begin := begin + chance.expovariate(rate)) < seconds:
        session, at = chance.randrange(sessions), begin
        yield at, session
        while chance.random() > 1 / people.messages:
            at += chance.expovariate(1 / people.pause)
            yield at, session


def _known(written: list[tuple[float, int]], costs: Costs) -> Iterator[tuple[float, float, int]]:
    """Through the database and the leader, one after another: each does one thing at a time."""
    stored = led = 0.0
    for at, session in written:
        stored = max(at, stored) + costs.database
        led = max(stored, led) + costs.leader
        yield at, led, session
