"""Two hosts on one database: a gateway each, as processes with homes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.gateway_process import GatewayProcess, wait_for

LEASE = 6.0
"""Seconds; people have 15."""

START = 60.0
"""Seconds that a start may take where other things run beside it."""


@dataclass
class Host(GatewayProcess):
    """A gateway that may have to stand by. Its lines are in a file: nobody has to wait for one."""

    environ: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """What it has told the operator since it was started last."""
        return (self.home / "said.txt").read_text()

    @property
    def id(self) -> str:
        """What it is called among the others."""
        return (self.home / "host").read_text().strip()

    def _run(self, command: list[str], env: dict[str, str], *, may_die: bool) -> None:
        del may_die
        self.environ = env | {"PYTHONUNBUFFERED": "1"}
        with (self.home / "said.txt").open("w") as said:
            self.process = subprocess.Popen(command, env=self.environ, stdout=said, stderr=said)

    def ended(self) -> int:
        return self.process.wait(30)

    def heard(self) -> int:
        """How many messages it has accepted."""
        return (self.home / "logs" / "audit.log").read_text().count('"heard"')

    def leads(self) -> bool:
        return "Ctrl+C" in self.said

    def stands_by(self) -> bool:
        return "stands by" in self.said

    def family(self) -> frozenset[tuple[int, str]]:
        """Its processes below the gateway: the agents, each with when it began."""
        found, parents = set(), {self.process.pid}
        known = [one for one in map(_process, Path("/proc").iterdir()) if one is not None]
        while below := {one for one in known if one[1] in parents} - found:
            found |= below
            parents = {pid for pid, _, _ in below}
        return frozenset((pid, began) for pid, _, began in found)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the command line, on this home."""
        program = [sys.executable, "-m", "carrel", *words]
        return subprocess.run(
            program, env=self.environ, capture_output=True, text=True, timeout=60, check=False
        )

    def hosts(self) -> dict[str, dict]:
        """What `carrel hosts` lists, by name."""
        return {row["id"]: row for row in json.loads(self.command("hosts", "--json").stdout)}


def alive(family: frozenset[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """Those that still live."""
    known = map(_process, Path("/proc").iterdir())
    return family & {(one[0], one[2]) for one in known if one is not None}


def _process(entry: Path) -> tuple[int, int, str] | None:
    """A process, its parent, and when it began; None for what is none, or is dead already."""
    try:
        pid, _, rest = (entry / "stat").read_text().partition(" ")
        state, parent, *more = rest.rpartition(") ")[2].split()
    except (OSError, ValueError):
        return None
    return None if state == "Z" or not pid.isdigit() else (int(pid), int(parent), more[17])


def lead(host: Host) -> None:
    """Start it and wait until it leads."""
    host.start()
    wait_for(host.leads, START)


def stand_by(host: Host) -> None:
    """Start it and wait until it says that it waits."""
    host.start()
    wait_for(host.stands_by, START)


def homes(folder: Path, api_url: str) -> tuple[Host, Host]:
    """Two hosts; nothing runs yet."""
    first, second = (Host(folder / name / "home", api_url) for name in ("one", "two"))
    return first, second
