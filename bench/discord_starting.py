"""How soon a gateway is on Discord, and what it weighs there while nobody speaks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.discord_world import World, connected, fake_discord
from bench.figures import Measured, Say, middle, spread
from bench.proc import most_rss, pss, rss
from bench.processes import fake_model, scratch

STARTS = 5
QUIET_STARTS = 3
SETTLED_S = 2.0
SERVERS, CHANNELS_EACH = 500, 30
SILENCE_S = 3.0
"""A gateway that asked nothing for so long has greeted every server."""


def measure(say: Say) -> Measured:
    """discord_ready_s, discord_answer_s, discord_idle_mb, discord_servers_mb: starts on Discord.

    ready, answer: somebody says something in a channel without a session, and at once `carrel up`
    is spawned on a home that was connected before (a new one answers nothing that was said before
    it began). From that message until the gateway's IDENTIFY, and until the answer is shown, by the
    fake Discord's ledger: the start of Python, the finding of what was missed, the engine's library
    and a cold session are in it. Medians of five starts, a channel each. The fake has no rate
    limits.

    idle: resident memory (RSS, MiB) of a gateway that has had no session, its console on, two
    seconds after IDENTIFY; median of the three starts of that home before. servers: the same for a
    bot on 500 servers of 30 channels, once it has asked for nothing for three seconds; one start.
    Beside the table: PSS, and the most that it was until then.
    """
    with scratch() as folder, fake_model() as url:
        with fake_discord(folder / "one", STARTS) as world:
            say(f"{QUIET_STARTS} starts without a message")
            idle = [_idle(folder / "home", url, world) for _ in range(QUIET_STARTS)]
            say(f"{STARTS} starts with one that waits")
            starts = [_start(folder / "home", url, world, place) for place in world.channels]
        say(f"{SERVERS} servers of {CHANNELS_EACH} channels")
        crowded = _on_servers(folder / "many", url)
    return _measured(starts, idle, crowded)


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the message to the IDENTIFY and to its answer."""

    ready: float
    answer: float


@dataclass(frozen=True, slots=True)
class Weight:
    """MiB of a gateway; `most`: the largest RSS it had."""

    rss: float
    pss: float
    most: float

    @classmethod
    def of(cls, pid: int) -> Weight:
        """What it weighs now."""
        return cls(rss(pid), pss(pid), most_rss(pid))

    def __str__(self) -> str:
        """All of it, in MiB."""
        return f"RSS {self.rss:.1f}, at most {self.most:.1f}; PSS {self.pss:.1f}"


def _start(home: Path, url: str, world: World, channel: str) -> Start:
    said, ledger = world.says(channel, "hello"), world.ledger
    with connected(home, url, world):
        ledger.until(lambda: ledger.is_answered(said))
    began, answered = ledger.said[said.message], ledger.answers[channel, said.text]
    return Start(ledger.identified[-1] - began, answered - began)


def _idle(home: Path, url: str, world: World) -> Weight:
    with connected(home, url, world) as gateway:
        time.sleep(SETTLED_S)
        return Weight.of(gateway.pid)


def _on_servers(folder: Path, url: str) -> Weight:
    size = ("--servers", str(SERVERS), "--channels-each", str(CHANNELS_EACH))
    with fake_discord(folder, 1, *size) as world, connected(folder / "home", url, world) as gateway:
        asked = -1.0
        while asked < world.ledger.asked:
            asked = world.ledger.asked
            time.sleep(SILENCE_S)
            world.ledger.read()
        return Weight.of(gateway.pid)


def _measured(starts: list[Start], idle: list[Weight], crowded: Weight) -> Measured:
    ready, answers = [one.ready for one in starts], [one.answer for one in starts]
    resident, shared = [one.rss for one in idle], [one.pss for one in idle]
    return Measured(
        {
            "discord_ready_s": middle(ready),
            "discord_answer_s": middle(answers),
            "discord_idle_mb": middle(resident),
            "discord_servers_mb": crowded.rss,
        },
        (
            f"Discord, spawn to IDENTIFY, s: {spread(ready, 2)}",
            f"Discord, spawn to answer, s: {spread(answers, 2)}",
            f"Discord, idle, MiB: RSS {spread(resident, 1)}; PSS {spread(shared, 1)}",
            f"Discord, {SERVERS} servers x {CHANNELS_EACH}, MiB: {crowded}",
        ),
    )
