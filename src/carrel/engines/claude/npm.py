"""Repeats to the CLI what npm has said once.

At each start the CLI's sandbox asks `npm root -g`, to look for a helper among npm's packages. npm
takes 150 ms for an answer that stays the same. So it is asked once, and a script that stands before
it on the PATH inside the walls says it again. Measured with CLI 2.1.330.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are found inside the walls."""

ENVIRONMENT = {
    "PATH": PATH,
    "HOME": "/nonexistent",
    "npm_config_logs_max": "0",
    "npm_config_update_notifier": "false",
}
PATIENCE_S = 5.0
SCRIPT = """#!/bin/sh
[ "$*" = "root -g" ] && exec echo {root}
exec {program} "$@"
"""


@dataclass(frozen=True, slots=True)
class Npm:
    """npm, and where its global packages lie."""

    program: str
    root: str


async def ask(path: str = PATH) -> Npm | None:
    """What the machine's npm says; None without one, or if it has no answer in time."""
    program = shutil.which("npm", path=path)
    if program is None:
        return None
    environment = ENVIRONMENT | {"PATH": path}
    process = await asyncio.create_subprocess_exec(
        *(program, "root", "-g"), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    root = said.decode(errors="replace").strip()
    return Npm(program, root) if process.returncode == 0 and root else None


def stand_in(npm: Npm, folder: Path) -> str:
    """Put the script into `folder`; returns the PATH that begins there."""
    folder.mkdir(exist_ok=True)
    script = folder / "npm"
    text = SCRIPT.format(root=shlex.quote(npm.root), program=shlex.quote(npm.program))
    script.write_text(text)
    script.chmod(0o755)
    return f"{folder}:{PATH}"
