"""Many channels at once on Discord."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.discord_ledger import Ledger, Said
from bench.discord_world import World, connected, fake_discord
from bench.figures import Measured, Say, middle, percentile
from bench.peak import Peak, peak_of
from bench.processes import fake_model, scratch

MESSAGES = 3
SETTLED_S = 1.0
DEFAULT, WIDE = 8, 30
"""Live processes at most: what the gateway allows unasked, and one for every channel."""


@dataclass(frozen=True, slots=True)
class Case:
    """So many channels at once, with so many live processes at most."""

    key: str
    channels: int
    live: int

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.channels} channels x {MESSAGES}, {self.live} live"


CASES = (
    Case("10x3", 10, DEFAULT),
    Case("30x3", 30, DEFAULT),
    Case("30x3_wide", 30, WIDE),
)


def measure(say: Say) -> Measured:
    """discord_10x3_s, discord_30x3_s, discord_30x3_wide_s, and for each `…_mb`: many at once.

    One person says three messages in each of ten or thirty channels, all 30 or 90 as fast as the
    fake Discord takes them. No channel has a session yet, and the gateway, a second after it
    connected, has had none. Each message has an answer of its own (`waiting = "queue"`; the
    default would let one answer do for what came during a turn). `…_s` is the makespan: from the
    first message's event handed to the bot to the last answer shown, by the fake Discord's ledger.
    `…_mb`: the largest PSS, in MiB, of the gateway and everything below it, weighed up to four
    times a second, less often if that took more than a twenty-fifth of a processor, and once after
    the last answer. At most eight live processes, which is the default; `wide`: at most thirty.
    Beside the table: p50 and p95 of event to answer, and the most agent processes that were there
    at once, those that were just closing included.
    """
    figures: dict[str, float] = {}
    also: list[str] = []
    with scratch() as folder, fake_model() as url:
        for case in CASES:
            say(case.name)
            crowd = _crowd(folder / case.key, url, case)
            figures |= {f"discord_{case.key}_s": crowd.makespan}
            figures |= {f"discord_{case.key}_mb": crowd.peak.pss_mb}
            also.append(crowd.line(case))
    return Measured(figures, tuple(also))


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of one case: `makespan` in seconds, `answers` in milliseconds each."""

    makespan: float
    answers: tuple[float, ...]
    peak: Peak

    def line(self, case: Case) -> str:
        """What has no target."""
        p50, p95 = middle(self.answers) / 1000, percentile(self.answers, 0.95) / 1000
        return (
            f"Discord, {case.name}: {self.makespan:.1f} s; answer p50 {p50:.1f} s, p95 {p95:.1f} s;"
            f" peak {self.peak.pss_mb:.0f} MiB PSS,"
            f" {self.peak.agents} agent processes"
        )


def _crowd(folder: Path, url: str, case: Case) -> Crowd:
    more = {"CARREL_DEFAULTS__WAITING": "queue", "CARREL_DEFAULTS__BURST": "0"}
    more |= {"CARREL_ENGINE__MAX_LIVE": str(case.live)}
    with (
        fake_discord(folder, case.channels) as world,
        connected(folder / "home", url, world, **more) as home,
    ):
        time.sleep(SETTLED_S)
        with peak_of(home.pid) as peak:
            said = _everything(world)
            world.ledger.until(lambda: all(map(world.ledger.is_answered, said)))
        answers = tuple(world.ledger.answer(one) for one in said)
        return Crowd(_makespan(world.ledger, said), answers, peak)


def _everything(world: World) -> list[Said]:
    """The first message of every channel, then every second one, then the third."""
    return [
        world.says(channel, f"message {number} of {place}")
        for number in range(MESSAGES)
        for place, channel in enumerate(world.channels)
    ]


def _makespan(ledger: Ledger, said: list[Said]) -> float:
    first = min(ledger.sent[one.message] for one in said)
    return max(ledger.answers[one.channel, one.text] for one in said) - first
