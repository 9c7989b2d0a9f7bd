"""What a message costs the processor."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Measured, Say
from bench.listening import Talk
from bench.proc import cpu_seconds, pss, tree
from bench.processes import fake_model, gateway, scratch


@dataclass(frozen=True, slots=True)
class Shares:
    """Processor seconds of a message; `memory`: MiB (PSS) of a live engine with its walls."""

    gateway: float
    agent: float
    memory: float


WARM_UP = 5
MESSAGES = 40


def measure(say: Say) -> Measured:
    """cpu_s_per_message: processor seconds per warm message.

    User and system time, out of /proc, of the gateway's whole tree of processes (the gateway,
    the walls, the CLI and what it starts; what ended meanwhile included), before and after 40
    messages to one live session, divided by 40. The fake model and the bench are not in it.
    Beside the table: the gateway's own share.
    """
    found = shares(say)
    words = f"gateway {found.gateway:.3f}, its CLI and walls {found.agent:.3f}"
    each = found.gateway + found.agent
    return Measured({"cpu_s_per_message": each}, (f"CPU per message, s: {words}",))


def shares(say: Say) -> Shares:
    """The same, apart for the gateway and what it starts, and what that weighs."""
    with scratch() as folder, fake_model() as url, gateway(folder / "home", url) as home:
        talk = Talk(home.home, "desk")
        for number in range(WARM_UP):
            talk.turn(f"warm up {number}")
        say(f"{MESSAGES} messages")
        before, own = cpu_seconds(home.pid), _own(home.pid)
        for number in range(MESSAGES):
            talk.turn(f"hello {number}")
        each = (cpu_seconds(home.pid) - before) / MESSAGES
        share = (_own(home.pid) - own) / MESSAGES
        engine = sum(pss(one.pid) for one in tree(home.pid) if one.pid != home.pid)
    return Shares(share, each - share, engine)


def _own(pid: int) -> float:
    """The gateway's own seconds, without its children."""
    return next(process.seconds for process in tree(pid) if process.pid == pid)
