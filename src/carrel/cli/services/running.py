"""Runs what the system offers: systemctl, loginctl, journalctl, launchctl."""

from __future__ import annotations

import asyncio
import shlex

from carrel.core.errors import ConfigError, Unavailable

LONGEST = 360.0
"""Seconds: a start is waited for until the gateway is ready."""


def ask(*command: str) -> tuple[int, str]:
    """The status of a command and what it printed.

    Raises ConfigError where there is none, Unavailable where it does not end.
    """
    return asyncio.run(_run(command, shown=False))


def show(*command: str) -> int:
    """The status of a command that prints for the person who waits. Raises as `ask`."""
    return asyncio.run(_run(command, shown=True))[0]


def need(*command: str) -> None:
    """Run what must succeed. Raises Unavailable with what it complained about."""
    status, said = ask(*command)
    if status:
        raise Unavailable(f"`{shlex.join(command)}` failed with status {status}: {said}")


async def _run(command: tuple[str, ...], *, shown: bool) -> tuple[int, str]:
    into = None if shown else asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=into,
            stderr=None if shown else asyncio.subprocess.STDOUT,
        )  # fmt: skip
    except FileNotFoundError:
        raise ConfigError(f"There is no {command[0]} on this machine.") from None
    if shown:
        return await process.wait(), ""
    try:
        async with asyncio.timeout(LONGEST):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        tried = shlex.join(command)
        raise Unavailable(f"`{tried}` was not done within {LONGEST:g} seconds.") from None
    return process.returncode or 0, said.decode(errors="replace").strip()
