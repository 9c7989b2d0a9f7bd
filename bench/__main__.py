"""`python -m bench [measurement …]`: all of them, or some, which then are printed only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from bench import (
    added,
    commands,
    cpu,
    discord_crowd,
    discord_starting,
    discord_turns,
    first,
    known,
    listing,
    starting,
    stores,
    taking_over,
    turns,
)
from bench.figures import Measured, Say, merged, table_of, write
from bench.processes import load

RESULT = Path(__file__).parents[1] / "build" / "bench.json"
BUSY = 0.5
"""From this load average on, other work has slowed what was measured."""

MEASUREMENTS: Mapping[str, Callable[[Say], Measured]] = MappingProxyType(
    {
        "added": added.measure,
        "turns": turns.measure,
        "cpu": cpu.measure,
        "first": first.measure,
        "starting": starting.measure,
        "known": known.measure,
        "listing": listing.measure,
        "commands": commands.measure,
        "stores": stores.measure,
        "hosts": taking_over.measure,
        "discord": discord_turns.measure,
        "crowd": discord_crowd.measure,
        "connecting": discord_starting.measure,
    }
)


def main(names: Sequence[str]) -> None:
    """Measure, print the table, and keep the figures when all were measured."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        sys.exit(f"no measurement {', '.join(unknown)}; there are: {', '.join(MEASUREMENTS)}")
    console = Console(highlight=False)
    before, began = load(), time.monotonic()
    measured = merged(_each(names or tuple(MEASUREMENTS), console))
    footer = _footer(before, time.monotonic() - began)
    console.print()
    console.print(table_of(measured.figures, footer))
    for line in measured.also:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if not names:
        write(measured.figures, RESULT)


def _each(names: Sequence[str], console: Console) -> list[Measured]:
    found = []
    for number, name in enumerate(names, 1):
        console.print(f"[bold]{number}/{len(names)} {name}[/]")
        found.append(
            MEASUREMENTS[name](
                lambda line: console.print(f"  {line}", markup=False, soft_wrap=True)
            )
        )
    return found


def _footer(before: float, seconds: float) -> str:
    busy = "; other work ran, so take the figures as a trial" if before > BUSY else ""
    return f"load average at the start {before:.2f}{busy}; {seconds:.0f} s"


if __name__ == "__main__":
    main(sys.argv[1:])
