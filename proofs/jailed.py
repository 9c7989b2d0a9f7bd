"""A program inside each session's walls, all of them at once, that tries to reach the others."""

from __future__ import annotations

import asyncio
import subprocess  # noqa: TID251 - what runs inside the walls is a process
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from carrel.workspaces.folders import FolderWorkspaces
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


def probe(
    home: Path, people: Path, everyone: Sequence[Desk], tries: Mapping[str, Sequence[Escape]]
) -> list[Said]:
    """Start a probe in every session, then let each look for the secrets of all the others.

    Each has its own secret in its environment, and all are there while each looks. `people`: the
    home directory of whoever runs the gateway. tries: by desk, escapes already filled in.
    """
    paths = "".join(f"{path}\n" for desk in everyone for path in desk.secrets)
    programs = asyncio.run(_launchers(home, people, everyone))
    running = [
        (desk, _start(programs[desk.name], desk, tries.get(desk.name, ()))) for desk in everyone
    ]
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


async def _launchers(home: Path, people: Path, everyone: Sequence[Desk]) -> dict[str, Path]:
    """What the gateway itself starts the CLI with, with a shell in its place."""
    workspaces = FolderWorkspaces(home / "sessions", "strict", (home, people), 25_000_000)
    shell, made = Path("/bin/sh"), {}
    for desk in everyone:
        workspace = await workspaces.prepare(desk.key)
        made[desk.name] = workspaces.walled(workspace, shell, (), ("OWN_SECRET",))
    return made


def _start(program: Path, desk: Desk, tries: Sequence[Escape]) -> subprocess.Popen[str]:
    lines = [f"echo '{CUT}{one.name.replace(chr(39), '')}'\n{one.shell}" for one in tries]
    return subprocess.Popen(  # noqa: S603 - the launcher that the walls gave us
        [program, "-c", "\n".join([PROBE, *lines])],
        cwd=desk.root / "work",
        env={"PATH": SYSTEM_PATH, "OWN_SECRET": desk.canary},
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
