"""Processes of a session that outlived the gateway that started them.

A CLI whose gateway was killed finishes its turn first. Behind walls the launcher's lock waits for
it; in folder isolation this looks at `engine/sessions/<pid>.json`, which a live CLI keeps there.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from carrel.core.errors import Unavailable
from carrel.engines.claude.wire import STILL_RUNNING
from carrel.ports.workspace import Workspace

PATIENCE_S = 10.0
PAUSE_S = 0.1


async def wait_until_gone(space: Workspace) -> None:
    """Return once no process of the session lives; raise Unavailable after 10 s."""
    if space.isolation == "strict":
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            while await asyncio.to_thread(living, space.engine):  # noqa: ASYNC110 - a stranger's
                await asyncio.sleep(PAUSE_S)  # process tells nobody when it ends
    except TimeoutError as error:
        raise Unavailable(STILL_RUNNING) from error


def living(engine: Path) -> list[int]:
    """The pids of CLI processes that run on this configuration folder."""
    pids = (_pid(path) for path in (engine / "sessions").glob("*.json"))
    return [pid for pid in pids if pid is not None and _lives(pid, engine)]


def _pid(path: Path) -> int | None:
    try:
        found = json.loads(path.read_text())
        return int(found["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _lives(pid: int, engine: Path) -> bool:
    """Whether the process is there and is this engine's: a pid may have been used again."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return False
    environment = Path(f"/proc/{pid}/environ")
    try:
        return f"CLAUDE_CONFIG_DIR={engine}".encode() in environment.read_bytes()
    except OSError:
        return not environment.parent.parent.joinpath("self").exists()
