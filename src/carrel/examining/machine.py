"""What a machine must have that no settings say: room, the right time, a way to the model."""

from __future__ import annotations

import shutil
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.ports.platform import Finding

if TYPE_CHECKING:
    from carrel.ports.clock import Clock

SKEW = 60.0
"""Seconds that a clock may be off: cron lines are by the minute, and so are tokens."""

PATIENCE = 10.0


def room(home: Path, floor: int) -> Finding:
    """Whether the disk has as much room as a turn needs to begin."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    if free >= floor:
        return Finding("disk", well=True, said=f"ok, {said}")
    mend = f"Make room below {there}, or lower free_bytes of [limits] ({floor / 1e6:.0f} MB)."
    return Finding("disk", well=False, said=said, mend=mend)


async def service(url: str, clock: Clock) -> tuple[Finding, ...]:
    """Whether the model's service can be reached, and whether the clocks agree. Costs nothing."""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:
            answer = await client.head(url)
    except httpx2.HTTPError as error:
        mend = "Look at the network, a proxy, and ANTHROPIC_BASE_URL if it is set."
        said = f"{url} cannot be reached: {type(error).__name__}"
        return (Finding("service", well=False, said=said, mend=mend),)
    reached = Finding("service", well=True, said=f"ok, {url} answers")
    return (reached, *_time(answer.headers.get("date", ""), clock.now()))


def _time(said: str, now: float) -> tuple[Finding, ...]:
    """What the other side's clock says of this one; nothing where it does not tell."""
    try:
        off = now - parsedate_to_datetime(said).timestamp()
    except ValueError:
        return ()
    if abs(off) < SKEW:
        return (Finding("clock", well=True, said="ok"),)
    word = "ahead" if off > 0 else "behind"
    mend = "Set it by the network: sudo timedatectl set-ntp true"
    return (Finding("clock", well=False, said=f"{abs(off):.0f} s {word}", mend=mend),)
