"""What a killed gateway may leave of walls that were just being built.

bwrap's inner process waits for the outer one before it asks the kernel to end with it. Where the
outer one is killed in between, the inner one waits for ever: without an agent, a lock or a file of
the session's, but it is there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
NAME = "bwrap"


def end(sessions: Path, proc: Path = PROC) -> int:
    """End those that name this folder; how many there were. `proc`: the kernel's own table."""
    ended = 0
    for pid in _alone(proc):
        if _names(proc / str(pid), sessions):
            with suppress(ProcessLookupError, PermissionError):  # another user's are theirs to end
                os.kill(pid, signal.SIGKILL)
                ended += 1
    return ended


def _alone(proc: Path) -> Iterator[int]:
    """The first process of each namespace that bwrap has made, if its outer process is gone."""
    for entry in proc.glob("[0-9]*"):
        known = _status(entry)
        inside = known.get("NSpid", "").split()[1:] == ["1"]
        if known.get("Name") == NAME and inside:
            above = _status(proc / known.get("PPid", "0"))
            if above.get("Name") != NAME:
                yield int(entry.name)


def _names(entry: Path, sessions: Path) -> bool:
    try:
        return os.fsencode(f"{sessions}/") in (entry / "cmdline").read_bytes()
    except OSError:
        return False


def _status(entry: Path) -> dict[str, str]:
    """Nothing of a process that has ended meanwhile."""
    try:
        lines = (entry / "status").read_text(errors="replace").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
