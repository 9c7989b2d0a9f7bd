"""Memory and processor time of processes, as Linux tells them below /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MIB = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PPID, TIMES = 1, slice(11, 15)
"""Fields of /proc/<pid>/stat, counted from behind the command's name."""


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the table of processes; `seconds` with the time of its children that ended."""

    pid: int
    parent: int
    seconds: float
    name: str


def tree(root: int) -> tuple[Process, ...]:
    """A process and everything that descends from it."""
    everyone = tuple(_processes())
    known = {root}
    while more := {p.pid for p in everyone if p.parent in known} - known:
        known |= more
    return tuple(process for process in everyone if process.pid in known)


def cpu_seconds(root: int) -> float:
    """User and system time of the whole tree so far, what has ended in it included."""
    return sum(process.seconds for process in tree(root))


def rss(pid: int) -> float:
    """Resident memory in MiB."""
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE / MIB


def most_rss(pid: int) -> float:
    """The most resident memory in MiB that there ever was."""
    return _told(pid, "status", "VmHWM:")


def pss(pid: int) -> float:
    """Resident memory in MiB, shared pages divided among those who share them."""
    return _told(pid, "smaps_rollup", "Pss:")


def _told(pid: int, file: str, word: str) -> float:
    """MiB of a line that the kernel writes in KiB."""
    for line in (PROC / str(pid) / file).read_text(errors="replace").splitlines():
        if line.startswith(word):
            return int(line.split()[1]) * 1024 / MIB
    raise RuntimeError(f"the kernel tells no {word}")


def _processes() -> Iterator[Process]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield _process(int(entry.name), (entry / "stat").read_text(errors="replace"))


def _process(pid: int, stat: str) -> Process:
    head, _, rest = stat.rpartition(")")
    fields, name = rest.split(), head.partition("(")[2]
    return Process(pid, int(fields[PPID]), sum(map(int, fields[TIMES])) / TICKS, name)
