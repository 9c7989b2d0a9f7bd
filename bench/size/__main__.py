"""`python -m bench.size`: measure, play the busiest hour through, print what is full first."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import cpu, first
from bench.figures import Say, number
from bench.size import curve, rows
from bench.size.model import Costs, Fleet, People, Played, limits, simulate

RESULT = Path(__file__).parents[2] / "build" / "simulate.json"
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "size.svg"
FLEETS = (1, 10, 100)
SESSIONS = 100_000
SHARES = (0.1, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
"""Of what the places of all hosts can do."""

MESSAGES = 20_000
"""At least so many make a point of the curve: few hosts are played through for many hours."""

SEED = 1


def main() -> None:
    """Print the tables, keep the figures, and draw the curve."""
    console = Console(highlight=False)

    def say(line: str) -> None:
        console.print(f"  {line}", markup=False)

    asked, database = asyncio.run(rows.measure(say))
    costs, people = _costs(database, say), People()
    console.print(_table("PostgreSQL with 1,000,000 sessions", ("", "ms"), _shown(asked)))
    console.print(_table("A message costs", ("", ""), _shown(asdict(costs))))
    console.print(_parts(costs, people))
    console.print(_hundred_thousand(costs, people, say))
    drawn = {hosts: _waits(Fleet(hosts), costs, people, say) for hosts in FLEETS}
    RESULT.parent.mkdir(exist_ok=True)
    kept = {"asked_ms": asked, "costs": asdict(costs), "people": asdict(people), "waits": drawn}
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    PICTURE.write_text(curve.drawn(drawn), "utf-8")


def _costs(database: float, say: Say) -> Costs:
    shares, opened = cpu.shares(say), first.measure(say).figures["first_message_ms"]
    return Costs(database, shares.gateway, shares.agent, opened / 1000, shares.memory)


def _parts(costs: Costs, people: People) -> Table:
    """What each part can do at most, in messages an hour, and how many sessions that is."""
    lines = []
    for hosts in FLEETS:
        parts = limits(Fleet(hosts), costs, people)
        full = min(parts, key=parts.__getitem__)
        sessions = f"{parts[full] / people.rate(1):,.0f}"
        lines.append(
            (str(hosts), *(f"{3600 * part:,.0f}" for part in parts.values()), full, sessions)
        )
    names = limits(Fleet(1), costs, people)
    title = "The most messages an hour, by what is full; and the sessions that write them"
    return _table(title, ("hosts", *names, "full first", "sessions"), lines)


def _hundred_thousand(costs: Costs, people: People, say: Say) -> Table:
    """The same people on few and on many hosts."""
    lines = []
    for hosts in FLEETS:
        say(f"{SESSIONS:,} sessions on {_hosts(hosts)}")
        fleet = Fleet(hosts)
        played = simulate(fleet, costs, people, SESSIONS, seed=SEED)
        memory = hosts * fleet.places * costs.memory / 1024
        lines.append((str(hosts), *_wait(played), f"{played.opened:.0%}", f"{memory:,.0f} GiB"))
    title = f"{SESSIONS:,} sessions, {people.rate(SESSIONS):.1f} messages a second"
    return _table(title, ("hosts", "wait, half", "wait, 95 %", "opened anew", "for engines"), lines)


def _wait(played: Played) -> tuple[str, str]:
    half, most = (f"{number(played.wait(share))} s" for share in (0.5, 0.95))
    return half, most


def _waits(
    fleet: Fleet, costs: Costs, people: People, say: Say
) -> dict[float, tuple[float, float]]:
    """Seconds that half and 95 % do not wait longer than, by the share of what places can do."""
    say(f"{_hosts(fleet.hosts)}, from {SHARES[0]:.0%} to {SHARES[-1]:.0%} full")
    places = limits(fleet, costs, people)["places"]
    found = {}
    for share in SHARES:
        sessions = round(share * places / people.rate(1))
        hours = math.ceil(MESSAGES / (3600 * people.rate(sessions)))
        played = [simulate(fleet, costs, people, sessions, seed=SEED + n) for n in range(hours)]
        waits = Played(tuple(sorted(one for hour in played for one in hour.waits)), 0.0)
        found[share] = (waits.wait(0.5), waits.wait(0.95))
    return found


def _hosts(count: int) -> str:
    return f"{count} host{'s' * (count > 1)}"


def _shown(figures: dict[str, float]) -> Iterable[tuple[str, str]]:
    return ((name, number(value)) for name, value in figures.items())


def _table(title: str, heads: Sequence[str], lines: Iterable[Sequence[str]]) -> Table:
    table = Table(*heads, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    for line in lines:
        table.add_row(*line)
    return table


if __name__ == "__main__":
    main()
