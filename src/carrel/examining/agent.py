"""Whether the installed agent program is one that Carrel was tested with."""

from __future__ import annotations

from pathlib import Path

from carrel.core.errors import Unavailable
from carrel.engines.claude import program
from carrel.engines.claude.program import SDK, TESTED, Version
from carrel.ports.platform import Finding

WHAT = "agent version"
REINSTALL = f"Install the one that belongs to this Carrel: pip install claude-agent-sdk=={SDK}"
NEWER = (
    "It may be as good: the line `agent` tells. If that is not well, install the one that was "
    f"tested: pip install claude-agent-sdk=={SDK}"
)


async def version(path: Path | None = None) -> Finding:
    """The version of the program at `path`, or of the one that is installed."""
    try:
        found = await program.version(path or program.bundled())
    except Unavailable as error:
        return Finding(WHAT, well=False, said=str(error), mend=REINSTALL)
    oldest, newest = TESTED
    if not found:
        return Finding(WHAT, well=False, said="it does not tell", mend=REINSTALL)
    if found < oldest:
        said = f"{_written(found)} is older than all that were tested, from {_written(oldest)} on"
        return Finding(WHAT, well=False, said=said, mend=REINSTALL)
    if found > newest:
        said = f"{_written(found)} is newer than all that were tested, up to {_written(newest)}"
        return Finding(WHAT, well=True, said=said, mend=NEWER)
    return Finding(WHAT, well=True, said=f"ok, {_written(found)}")


def _written(number: Version) -> str:
    return ".".join(map(str, number))
