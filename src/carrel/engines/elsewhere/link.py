"""The leader's line to a host that has room, and when what runs there is certainly gone.

The host's engines live for as long as the leader said last that it may act itself, and no longer.
So when the line is lost, the leader knows without asking anybody from when on nothing lives there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol

import structlog

from carrel import __version__
from carrel.core.errors import Refused, Unavailable
from carrel.core.events import EngineEvent
from carrel.engines.elsewhere import frames
from carrel.engines.elsewhere.frames import Frame, Outcome
from carrel.engines.elsewhere.wire import LARGEST, Wire, dial, proof
from carrel.ports.clock import Clock
from carrel.ports.hosts import Offer
from carrel.tasks import Tasks

DIAL_S: Final = 5.0
OPEN_S: Final = 120.0
"""Longer than any engine takes to start, or to say that it does not."""

CALL_S: Final = 30.0
"""Longer than any other call takes; a host that does not answer in time is let go."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lead:
    """The leader's own: the number of its lead, for how long it may act, and what tells time."""

    epoch: int
    left: Callable[[], float]
    clock: Clock


class Ear(Protocol):
    """An engine at this end."""

    def hear(self, event: EngineEvent) -> None:
        """What it tells."""
        ...

    def died(self) -> None:
        """It is there no more."""
        ...

    def gone(self) -> None:
        """Nothing of it is left there, and nothing more is heard of it."""
        ...


class Link:
    """An open line. `changed` is called when the host's room changes, and when the line is lost."""

    def __init__(
        self, host: str, wire: Wire, lead: Lead, until: float, changed: Callable[[], None]
    ) -> None:
        self.host, self.places = host, 0
        self._wire, self._lead, self._clock, self._changed = wire, lead, lead.clock, changed
        self._until = until
        self._numbers = count(1)
        self._ears: dict[int, Ear] = {}
        self._calls: dict[int, asyncio.Future[Outcome]] = {}
        self._tasks = Tasks(f"link {host}")
        self._lost = self._ended = False
        self._ready, self._gone = asyncio.Event(), asyncio.Event()

    @property
    def lost(self) -> bool:
        """Whether nothing can be asked there any more."""
        return self._lost

    @property
    def used(self) -> int:
        """How many engines are there, those that are being opened or closed included."""
        return len(self._ears)

    @property
    def free(self) -> int:
        """How many more it takes."""
        return 0 if self._lost else max(self.places - self.used, 0)

    def enter(self, ear: Ear) -> int:
        """The number under which an engine is asked for; it takes a place from now on."""
        number = next(self._numbers)
        self._ears[number] = ear
        return number

    def leave(self, number: int) -> None:
        """Its place is free again."""
        self._ears.pop(number, None)
        if self.used >= self.places:
            self._changed()

    async def run(self) -> None:
        """Listen until the line is lost; returns when nothing lives there any more."""
        self._tasks.start(self._watch(), "watch")
        why = "it was closed"
        try:
            while not self._ended:
                self._take(await self._wire.hear())
            why = "the host is done"
        except Unavailable as error:
            why = str(error)
        except Exception as error:
            log.exception("a line to a host broke", host=self.host)
            why = repr(error)
        finally:
            log.info("line to a host ended", host=self.host, why=why, agents=self.used)
            self._lose()
            await self._tasks.close()
        await self._clock.sleep(self._until - self._clock.monotonic())
        self._over()

    async def ready(self) -> None:
        """Return when the host has said what room it has; raises Unavailable."""
        try:
            async with asyncio.timeout(DIAL_S):
                await self._ready.wait()
        except TimeoutError:
            self.drop()
        if self._lost or not self._ready.is_set():
            raise Unavailable(f"{self.host} does not let this host in")

    async def gone(self) -> None:
        """Return when nothing that ran there can still live."""
        await self._gone.wait()

    async def call(self, live: int, call: frames.Call) -> Outcome:
        """Have it done. Raises what it raises there, and Unavailable when the line is lost."""
        seconds = OPEN_S if isinstance(call, frames.Open) else CALL_S
        number = next(self._numbers)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            self._require()
            async with asyncio.timeout(seconds):
                await self._wire.send(Frame(call, number, live))
                outcome = await answer
        except TimeoutError:
            self.drop()
            raise Unavailable(f"{self.host} did not answer in time.") from None
        finally:
            self._calls.pop(number, None)
        if isinstance(outcome, frames.Failed):
            raise (Refused if outcome.refused else Unavailable)(outcome.text)
        return outcome

    def drop(self) -> None:
        """Hang up; from now on it is lost."""
        self._lost = True
        self._wire.close()

    def _require(self) -> None:
        if self._lost:
            raise Unavailable(self._away)

    @property
    def _away(self) -> str:
        return f"The host {self.host}, where the agent ran, is gone."

    def _take(self, frame: Frame) -> None:
        ear = self._ears.get(frame.live)
        match frame.value:
            case frames.Beat(places):
                self._beat(frame.number, places)
            case frames.Bye():
                self._until, self._ended = self._clock.monotonic(), True
            case frames.Died():
                if ear is not None:
                    ear.died()
            case value if isinstance(value, Outcome):
                answer = self._calls.get(frame.number)
                if answer is not None and not answer.done():
                    answer.set_result(value)
            case value if isinstance(value, EngineEvent):
                if ear is not None:
                    ear.hear(value)
            case _:
                raise Unavailable("it says what a host does not say")

    def _beat(self, number: int, places: int) -> None:
        left = self._lead.left()
        self._until = max(self._until, self._clock.monotonic() + left)
        self._wire.put(Frame(frames.Lasts(left), number))
        if places != self.places or not self._ready.is_set():
            self.places = places
            self._ready.set()
            self._changed()

    async def _watch(self) -> None:
        """A line on which nothing is heard is lost when the host's time is over."""
        while (left := self._until - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
        self.drop()

    def _lose(self) -> None:
        self._lost = True
        self.drop()
        self._ready.set()
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(Unavailable(self._away))
        for ear in tuple(self._ears.values()):
            ear.died()
        self._changed()

    def _over(self) -> None:
        for ear in tuple(self._ears.values()):
            ear.gone()
        self._ears.clear()
        self._gone.set()


async def greeted(offer: Offer, lead: Lead, changed: Callable[[], None]) -> Link:
    """A line to the host that made the offer, not listened to yet. Raises Unavailable."""
    wire = await dial(offer.address, offer.certificate, DIAL_S)
    try:
        async with asyncio.timeout(DIAL_S):
            until = await _claim(wire, offer, lead)
    except BaseException as error:
        wire.close()
        if isinstance(error, TimeoutError):
            raise Unavailable(f"{offer.host} says nothing") from None
        raise
    wire.largest = LARGEST
    return Link(offer.host, wire, lead, until, changed)


async def _claim(wire: Wire, offer: Offer, lead: Lead) -> float:
    """Say who leads, and prove it; until when the host may take that for true, on our clock."""
    challenge = (await wire.hear()).value
    if not isinstance(challenge, frames.Challenge):
        raise Unavailable(f"{offer.host} says what a host does not say")
    left = lead.left()
    until = lead.clock.monotonic() + left
    said = proof(offer.secret, challenge.nonce)
    await wire.send(Frame(frames.Claim(said, lead.epoch, left, __version__)))
    return until
