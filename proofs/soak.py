"""The claim that a gateway does not grow with the turns it has had: `make soak`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Say, percentile
from bench.proc import PROC, rss
from bench.processes import scratch

from carrel.core.errors import CarrelError
from proofs.fit import Growth, Sample, growth
from proofs.processes import GatewayProcess, wait_until
from proofs.town import Town, town
from proofs.towns import DiscordTown
from proofs.witness import Ledger, Witness

TURNS = 10_000
"""A whole proof."""

CHANNELS = 8
FORGETFUL = Path(__file__).with_name("forgetful.py")
SAMPLES = 50
LONG = 2000
"""From so many turns on a slope is one; before, the allocator's steps are most of it."""

SLOPE = 1.0
"""MiB that memory may grow in 1,000 turns."""

SHORT_GROWTH = 8.0
"""MiB that it may grow after the warm-up of a short soak."""

SPARE = 2
"""Descriptors and threads that may have come, or gone; in a short soak a few connections more."""

ASK_EVERY_S = 0.05
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. `patches` break the gateway, for a trial of the proof itself."""

    turns: int
    patches: Sequence[Path] = ()

    @property
    def whole(self) -> bool:
        """Whether its figures are worth publishing."""
        return self.turns >= TURNS and not self.patches


@dataclass(slots=True)
class Result:
    """What came of it. waits: seconds of each round trip through the control API."""

    order: Order
    samples: list[Sample] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def growth(self) -> Growth:
        """What grew."""
        return growth(self.samples)

    @property
    def good(self) -> bool:
        """Whether the claim held."""
        return not (self.troubles or self.complaints())

    def complaints(self) -> list[str]:
        """The figures that are too large."""
        if not self.samples:
            return ["there was not one turn"]
        grown, turns = self.growth, self.samples[-1].turns
        allowed = SLOPE if turns >= LONG else SHORT_GROWTH * 1000 / turns
        too_much = f"memory grows by more than {allowed:.1f} MiB per 1,000 turns"
        found = [too_much] if grown.memory > allowed else []
        for name, (first, last) in (
            ("descriptors", grown.descriptors),
            ("threads", grown.threads),
        ):
            moved = abs(last - first) > (SPARE if turns >= LONG else SPARE + CHANNELS)
            found += [f"{name} went from {first} to {last}"] if moved else []
        return found

    def line(self) -> str:
        """The last line."""
        if not self.samples:
            return "soak: 0 turns"
        grown = self.growth
        return (
            f"soak: {self.samples[-1].turns} turns in {self.took:.0f} s, "
            f"memory {self.samples[-1].memory:.1f} MiB, {grown.memory:+.2f} MiB per 1000 turns, "
            f"descriptors {grown.descriptors[0]} to {grown.descriptors[1]}, "
            f"threads {grown.threads[0]} to {grown.threads[1]}, "
            f"store {grown.store:.0f} bytes a turn, "
            f"status p99 {1000 * percentile(self.waits, 0.99):.0f} ms"
        )


def prove(order: Order, say: Say) -> Result:
    """Turn after turn in eight channels at once, with the engine that echoes, without limits."""
    result = Result(order)
    names = [f"desk-{number}" for number in range(CHANNELS)]
    with scratch() as folder, town(DiscordTown, folder, *names) as place:
        home = folder / "home"
        home.mkdir()
        (home / "carrel.toml").write_text(place.settings(), encoding="utf-8")
        extra = {**place.secrets, "CARREL_ENGINE__NAME": "scripted"}
        gateway = GatewayProcess(home, "http://127.0.0.1:9", extra, (FORGETFUL, *order.patches))
        try:
            _soak(gateway, place, result, say)
        finally:
            gateway.kill()
    for line in (*result.troubles, *result.complaints()):
        say(f"TROUBLE {line}")
    return result


def _soak(gateway: GatewayProcess, place: Town, result: Result, say: Say) -> None:
    ledger, witness = Ledger(place.ledger), Witness()

    def read() -> Witness:
        for line in ledger.read():
            witness.take(line)
        return witness

    gateway.start()
    wait_until(lambda: read().identified)
    channels = list(place.told["channels"].values())
    began, done, every = time.monotonic(), 0, max(result.order.turns // SAMPLES, CHANNELS)
    with _asked_how_it_is(gateway, result.waits):
        while done < result.order.turns:
            tokens = [f"m0x{done + number}x" for number in range(CHANNELS)]
            for channel, token in zip(channels, tokens, strict=True):
                place.says(channel, token)
            if not _answered(read, tokens):
                result.troubles.append(f"no answer after {done} turns")
                return
            done += CHANNELS
            over = done >= result.order.turns
            if over or not result.samples or done - result.samples[-1].turns >= every:
                result.samples.append(_sample(gateway, done))
                say(f"{done:6} turns, {time.monotonic() - began:6.1f} s, {result.samples[-1]}")
    result.took = time.monotonic() - began


def _answered(read: Callable[[], Witness], tokens: Sequence[str]) -> bool:
    """Whether everything that was said is answered in time."""
    return wait_until(lambda: all(one in read().by_token for one in tokens), PATIENCE_S)


def _sample(gateway: GatewayProcess, turns: int) -> Sample:
    own = PROC / str(gateway.pid)
    store = sum(path.stat().st_size for path in gateway.home.glob("carrel.db*"))
    descriptors, threads = (len(list((own / name).iterdir())) for name in ("fd", "task"))
    return Sample(turns, round(rss(gateway.pid), 1), descriptors, threads, store)


@contextmanager
def _asked_how_it_is(gateway: GatewayProcess, waits: list[float]) -> Iterator[None]:
    """Ask for the status again and again meanwhile: a loop that is held up answers late."""
    over = threading.Event()

    def ask() -> None:
        control = gateway.control()
        while not over.wait(ASK_EVERY_S):
            began = time.monotonic()
            try:
                control.get("/status")
            except CarrelError:
                continue
            waits.append(time.monotonic() - began)

    thread = threading.Thread(target=ask, daemon=True, name="status")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
