"""A program inside each session's walls, all of them at once, that tries to reach the others."""

from __future__ import annotations

import shlex
import subprocess  # noqa: TID251 - what runs inside the walls is a process
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from carrel.workspaces.launcher import SYSTEM_PATH
from proofs.desks import Desk
from proofs.escapes import Escape

AT_ONCE = 4
WITHIN_S = 120.0
CUT = "@@ "

PROBE = r"""
echo ready; read -r go
for own in work/secret.txt memory/MEMORY.md; do cat ../$own; done
echo "@@ the files of every other session"
while read -r path; do
  { while read -r line || test -n "$line"; do printf '%s\n' "$line"; done < "$path"; } 2> /dev/null
done
echo "@@ every process in sight"
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2> /dev/null | tr '\0' '\n'
"""
"""Says what it can see; the paths of all the others' secrets come through its standard input."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one probe said, by what it was at."""

    desk: Desk
    parts: Mapping[str, str]


def probe(everyone: Sequence[Desk], tries: Mapping[str, Sequence[Escape]]) -> list[Said]:
    """Start a probe in every session, then let each look for the secrets of all the others.

    Each has its own secret in its environment, and all are there while each looks. tries: by
    desk, escapes already filled in.
    """
    paths = "".join(f"{path}\n" for desk in everyone for path in desk.secrets)
    running = [(desk, _start(desk, tries.get(desk.name, ()))) for desk in everyone]
    try:
        for desk, process in running:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError(f"no program runs inside the walls of {desk.name}")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda one: _look(one[0], one[1], paths), running))
    finally:
        for _, process in running:
            process.kill()
            process.wait()


def in_walls(launch: str, program: str) -> list[str]:
    """A session's own launcher, as the gateway wrote it, with another program inside."""
    words = shlex.split(launch.splitlines()[-1])[1:-1]
    inside = len(words) - words[::-1].index("--")
    return [*words[:inside], program, *words[inside + 1 :]]


def _start(desk: Desk, tries: Sequence[Escape]) -> subprocess.Popen[str]:
    lines = [f"echo {shlex.quote(CUT + one.name)}\n{one.shell}" for one in tries]
    walls = in_walls((desk.root / "launch").read_text(encoding="utf-8"), "/bin/sh")
    return subprocess.Popen(  # noqa: S603 - the launcher that the gateway wrote
        [*walls, "-c", "\n".join([PROBE, *lines])],
        cwd=desk.root / "work",
        env={"PATH": SYSTEM_PATH, "CLAUDE_CANARY": desk.canary},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _look(desk: Desk, process: subprocess.Popen[str], paths: str) -> Said:
    said, _ = process.communicate(f"go\n{paths}", WITHIN_S)
    return Said(desk, divided(said))


def divided(said: str) -> dict[str, str]:
    """The parts of what a probe said, by their headings; the first has none."""
    first, *others = f"\n{said}".split(f"\n{CUT}")
    parts = (other.partition("\n") for other in others)
    return {"": first, **{heading: text for heading, _, text in parts}}
