"""The agent program that is installed, and the versions of it that Carrel was tested with."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from pathlib import Path

from carrel.core.errors import Unavailable

Version = tuple[int, ...]

TESTED: tuple[Version, Version] = ((2, 1, 330), (2, 1, 330))
"""The oldest and the newest."""
SDK = "0.2.187"
"""The claude-agent-sdk that brings the newest along."""

PATIENCE_S = 10.0
_NUMBERS = re.compile(r"\d+(?:\.\d+)+")


def bundled() -> Path:
    """The program that the SDK brings along. Raises Unavailable where it is not installed."""
    found = importlib.util.find_spec("claude_agent_sdk")
    if found is None or found.origin is None:
        raise Unavailable("The package claude-agent-sdk is not installed.")
    return Path(found.origin).parent / "_bundled" / "claude"


async def version(program: Path) -> Version:
    """What the program says of itself; nothing where it does not tell. It takes 20 ms."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, "--version", stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
    except OSError:
        return ()
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return ()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    found = _NUMBERS.search(said.decode(errors="replace"))
    return tuple(map(int, found.group().split("."))) if found else ()
