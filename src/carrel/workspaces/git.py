"""Runs git, and nothing else does. What it is told never depends on a repository's own word.

A session can write its copy of a project, and git reads a repository's configuration as orders:
`core.fsmonitor`, hooks, filters. So git runs in walls, with no network, with one folder to write
at most, and with every order of that kind switched off that can be. See decision 0007.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from carrel.core.errors import Refused
from carrel.ports.workspace import Isolation
from carrel.workspaces import jail
from carrel.workspaces.walls import LAUNCHER, bwrap

LIMIT = 16 << 20
"""Bytes of an answer that are read at most."""

COMPLAINT = 8192
LOOK_S = 60.0
WORK_S = 600.0
PARTING_S = 5.0
PIECE = 1 << 16
BLOCK = 512
NO_FILE = "/dev/null"

INERT = (
    *("core.fsmonitor=false", f"core.hooksPath={NO_FILE}", f"core.attributesFile={NO_FILE}"),
    *(
        "core.bigFileThreshold=1m",
        "core.pager=cat",
        "core.quotePath=false",
        "core.sshCommand=false",
    ),
    *("diff.external=", "submodule.recurse=false", "fetch.recurseSubmodules=false"),
    *("gc.auto=0", "maintenance.auto=false", "fetch.fsckObjects=true", "transfer.fsckObjects=true"),
    *("commit.gpgSign=false", "merge.verifySignatures=false", "safe.directory=*"),
)
"""Said on the command line, which wins over every file."""

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_CONFIG_GLOBAL": NO_FILE,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where git works, and what it sees besides: `shown`, to read. It writes if it `writes`."""

    folder: Path
    shown: tuple[Path, ...] = ()
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What git said. `cut`: it would have said more, and was ended."""

    status: int
    out: bytes
    complaint: str
    cut: bool = False

    @property
    def text(self) -> str:
        """What it said, as text without the line's end."""
        return self.out.decode(errors="replace").strip("\n")

    @property
    def fields(self) -> tuple[str, ...]:
        """What it said, where each part ends in a null character."""
        return tuple(part for part in self.out.decode(errors="replace").split("\0") if part)

    def checked(self, deed: str) -> Said:
        """The same; raises Refused with git's own reason where it failed."""
        if self.status != 0 and not self.cut:
            lines = self.complaint.splitlines() or [f"status {self.status}"]
            first = next((line for line in lines if line.startswith(("fatal", "error"))), lines[0])
            raise Refused(f"Git could not {deed}: {first.removeprefix('fatal: ')[:300]}")
        return self


class Git:
    """git for one gateway. With the isolation `folder` there are no walls for it either."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation

    async def run(self, place: Place, *words: str, limit: int = LIMIT) -> Said:
        """What `git words…` says there, up to `limit` bytes."""
        return await self._within(place, (_program(), *inert(), *words), {}, limit, None)

    async def script(
        self,
        place: Place,
        script: str,
        variables: Mapping[str, str],
        *words: str,
        limit: int = LIMIT,
    ) -> Said:
        """What a shell script says in which `git` is the same inert one; `words` are its own."""
        command = ("/bin/sh", "-c", _shell(script), "sh", *words)
        return await self._within(place, command, variables, limit, None)

    async def save(
        self, place: Place, target: Path, most: int, script: str, variables: Mapping[str, str]
    ) -> Said:
        """The same, but what it says goes into a new file; it is killed beyond `most` bytes."""
        command = ("/bin/sh", "-c", _shell(f"ulimit -f {most // BLOCK}\n{script}"))
        with target.open("xb") as file:
            return await self._within(place, command, variables, COMPLAINT, file)

    async def outside(self, folder: Path, *words: str) -> Said:
        """Run git as the person who runs Carrel would, logins and all: for what no session wrote.

        It cannot ask anything, and speaks with no remote by way of a program.
        """
        settings = (
            "GIT_TERMINAL_PROMPT=0",
            "GIT_ALLOW_PROTOCOL=https:http:ssh:git:file",
            "LC_ALL=C",
        )
        options = (f"core.hooksPath={NO_FILE}", "core.fsmonitor=false", "safe.directory=*")
        said = (part for option in options for part in ("-c", option))
        process = await asyncio.create_subprocess_exec(
            *("/usr/bin/env", *settings, _program(), *said, *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            start_new_session=True,
        )
        return await _heard(process, LIMIT, WORK_S)

    async def _within(
        self,
        place: Place,
        command: tuple[str, ...],
        variables: Mapping[str, str],
        limit: int,
        into: IO[bytes] | None,
    ) -> Said:
        ceiling = {"GIT_CEILING_DIRECTORIES": str(place.folder.parent)}
        environment = {**ENVIRONMENT, **ceiling, **variables}
        with tempfile.TemporaryDirectory(prefix="carrel-git-", ignore_cleanup_errors=True) as made:
            process = await asyncio.create_subprocess_exec(
                *self._launched(place, Path(made), command, environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=into or asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=place.folder,
                env=environment,
            )
            return await _heard(process, limit, WORK_S if place.writes or into else LOOK_S)

    def _launched(
        self, place: Place, own: Path, command: tuple[str, ...], names: Mapping[str, str]
    ) -> tuple[str, ...]:
        own = own.resolve()
        tmp = own / "tmp"
        tmp.mkdir()
        walls = self._isolation == "strict"
        before = (
            (bwrap(), *jail.apart(place.folder, tmp, place.shown, writable=place.writes))
            if walls
            else ()
        )
        kind = "walls" if walls else "folder"
        given = (str(own / "lock"), "0", str(tmp), str(tmp / "home"), kind, ",".join(names))
        return (*LAUNCHER, *given, *before, *command)


def inert() -> tuple[str, ...]:
    """The options that every git gets before its words."""
    return tuple(part for option in INERT for part in ("-c", option))


def _shell(script: str) -> str:
    git = " ".join((_program(), *(f"'{word}'" for word in inert())))
    return f'set -e\ngit() {{ command {git} "$@"; }}\n{script}'


def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise Refused("Work on a project needs git: `apt-get install git`.")
    return found


async def _heard(process: asyncio.subprocess.Process, limit: int, seconds: float) -> Said:
    """All that a process says, up to `limit` bytes; it is ended when it says or takes too much."""
    try:
        async with asyncio.timeout(seconds):
            (out, cut), (complaint, _) = await asyncio.gather(
                _read(process, process.stdout, limit), _read(process, process.stderr, COMPLAINT)
            )
            status = await process.wait()
    except TimeoutError:
        raise Refused(f"Git took more than {seconds:.0f} s and was ended.") from None
    finally:
        await _ended(process)
    return Said(status, out, complaint.decode(errors="replace"), cut)


async def _read(
    process: asyncio.subprocess.Process, stream: asyncio.StreamReader | None, limit: int
) -> tuple[bytes, bool]:
    """What the stream gives; of what is beyond the limit nothing is kept."""
    found = bytearray()
    while stream is not None and (piece := await stream.read(PIECE)):
        first = len(found) <= limit
        found += piece[: limit - len(found) + 1]
        if first and len(found) > limit and stream is process.stdout:
            _end(process)
    return bytes(found[:limit]), len(found) > limit


def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()


async def _ended(process: asyncio.subprocess.Process) -> None:
    _end(process)
    try:
        async with asyncio.timeout(PARTING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
