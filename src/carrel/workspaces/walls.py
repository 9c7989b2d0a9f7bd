"""Whether the walls can be built on this host, and the executable that builds them."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from carrel.core.errors import Refused
from carrel.ports.workspace import Workspace
from carrel.workspaces import jail, launcher

TRIAL_S = 10.0
LAUNCHER = (sys.executable, "-I", "-S", launcher.__file__)
PACKAGES = "`apt-get install bubblewrap socat`"
NAMESPACES_REFUSED = (
    "This host refuses user namespaces, so a session's walls cannot be built ({why}). Allow them:"
    " `sysctl -w kernel.unprivileged_userns_clone=1` (Debian),"
    " `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu), or in a container"
    " `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`;"
    ' or do without walls: isolation = "folder".'
)
NO_WALLS = (
    'isolation = "folder": there are no walls; sessions can read each other and this account.'
)


class Walls:
    """Makes launchers, after one real trial; a host that was mended needs no restart.

    `epoch`: see `FolderWorkspaces`.
    """

    def __init__(self, masked: tuple[Path, ...], epoch: int = 0) -> None:
        self._masked, self._epoch = masked, epoch
        self._proven = False

    async def check(self) -> None:
        """Raise Refused with the mend when the walls cannot be built here."""
        if self._proven:
            return
        missing = [name for name in ("bwrap", "socat") if shutil.which(name) is None]
        if missing:
            raise Refused(
                f"A session's walls need {' and '.join(missing)}: {PACKAGES},"
                ' or do without walls: isolation = "folder".'
            )
        why = await _trial()
        if why:
            raise Refused(NAMESPACES_REFUSED.format(why=why))
        self._proven = True

    def launcher(
        self,
        workspace: Workspace,
        program: Path,
        read_only: tuple[Path, ...],
        environment: tuple[str, ...],
        *,
        terminal: bool = False,
    ) -> Path:
        """Write the session's executable, if it is not there as it should be; return its path."""
        for path, content in jail.accounts(workspace).items():
            _write(path, content, 0o600)
        command = self._command(workspace, program, read_only)
        if terminal:
            command = tuple(word for word in command if word != jail.APART)
        places = (workspace.root / "lock", self._epoch, workspace.tmp, jail.home(workspace))
        kind = "walls" if workspace.isolation == "strict" else "folder"
        words = (*LAUNCHER, *map(str, places), kind, ",".join(environment), *command)
        script = f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
        name = "launch-terminal" if terminal else "launch"
        return _write(workspace.root / name, script, 0o700)

    def _command(
        self, workspace: Workspace, program: Path, read_only: tuple[Path, ...]
    ) -> tuple[str, ...]:
        if workspace.isolation == "folder":
            return (str(program),)
        return (bwrap(), *jail.arguments(workspace, program, read_only, self._masked))


def bwrap() -> str:
    """The program that builds the walls."""
    return shutil.which("bwrap") or "/usr/bin/bwrap"


async def _trial() -> str:
    """Empty if a program runs inside the walls, else the first line of why it does not."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        command = (bwrap(), *jail.base(), "--remount-ro", "/", "--", "/bin/true")
        (folder / "tmp").mkdir()
        words = (str(folder / "lock"), "0", str(folder / "tmp"), str(folder / "tmp" / "home"))
        process = await asyncio.create_subprocess_exec(
            *(*LAUNCHER, *words, "walls", "", *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        return await _outcome(process)


async def _outcome(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(TRIAL_S):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"no answer in {TRIAL_S:.0f} s"
    if process.returncode == 0:
        return ""
    return next(iter(said.decode(errors="replace").splitlines()), f"status {process.returncode}")


def _write(path: Path, content: str, mode: int) -> Path:
    if path.is_file() and path.read_text() == content:
        return path
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write(content)
    draft_path = Path(draft.name)
    draft_path.chmod(mode)
    return draft_path.replace(path)
