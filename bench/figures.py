"""What is measured, what it should be, and how that is shown and kept."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rich.table import Table

Say = Callable[[str], None]
"""Prints one line of progress."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One figure of the result: `target` is the largest value that is good, None if any is."""

    what: str
    unit: str
    target: float | None = None


WANTED: Mapping[str, Wanted] = MappingProxyType(
    {
        "added_ms_p50": Wanted("gateway-added time per turn, p50", "ms", 10),
        "added_ms_p95": Wanted("gateway-added time per turn, p95", "ms", 50),
        "warm_first_text_ms": Wanted("warm turn to first visible text", "ms", 65),
        "spawn_first_text_ms": Wanted("the same with a fresh `claude -p` per turn", "ms"),
        "first_message_ms": Wanted("first message of a session", "ms", 550),
        "first_message_typed_ms": Wanted("the same after somebody was seen typing", "ms", 200),
        "cpu_s_per_message": Wanted("CPU per warm message", "s", 0.1),
        "ready_s": Wanted("start to ready", "s", 0.5),
        "idle_mb": Wanted("idle memory, RSS", "MiB", 65),
        "known_1000_mb": Wanted("with 1,000 known sessions, RSS", "MiB"),
        "known_10000_mb": Wanted("with 10,000 known sessions, RSS", "MiB"),
        "version_ms": Wanted("`carrel --version`", "ms", 100),
        "status_ms": Wanted("`carrel status`", "ms", 300),
        "list_1000_ms": Wanted("`carrel sessions` with 1,000 sessions", "ms", 200),
        "sqlite_accept_ms_p50": Wanted("a message stored: SQLite, p50", "ms"),
        "sqlite_accept_ms_p99": Wanted("  p99", "ms"),
        "sqlite_take_ms_p50": Wanted("a message taken into a turn: SQLite, p50", "ms"),
        "sqlite_take_ms_p99": Wanted("  p99", "ms"),
        "postgres_accept_ms_p50": Wanted("a message stored: PostgreSQL, p50", "ms"),
        "postgres_accept_ms_p99": Wanted("  p99", "ms"),
        "postgres_take_ms_p50": Wanted("a message taken into a turn: PostgreSQL, p50", "ms"),
        "postgres_take_ms_p99": Wanted("  p99", "ms"),
        "postgres_list_ms": Wanted("100 of 100,000 sessions listed: PostgreSQL", "ms"),
        "takeover_s": Wanted("the leading host killed, until another serves", "s", 30),
        "discord_warm_ms": Wanted("Discord: message to answer, warm", "ms", 65),
        "discord_cold_ms": Wanted("Discord: first message of a session", "ms", 550),
        "discord_typed_ms": Wanted("Discord: the same after typing", "ms", 200),
        "discord_10x3_s": Wanted("Discord: 10 channels x 3 at once", "s", 6),
        "discord_10x3_mb": Wanted("  peak of all processes, PSS", "MiB"),
        "discord_30x3_s": Wanted("Discord: 30 channels x 3 at once", "s", 40),
        "discord_30x3_mb": Wanted("  peak of all processes, PSS", "MiB", 1229),
        "discord_30x3_wide_s": Wanted("Discord: the same, 30 live", "s", 20),
        "discord_30x3_wide_mb": Wanted("  peak of all processes, PSS", "MiB"),
        "discord_ready_s": Wanted("Discord: start to connected", "s", 0.5),
        "discord_answer_s": Wanted("Discord: start to first answer", "s", 1.0),
        "discord_idle_mb": Wanted("Discord: idle memory, RSS", "MiB", 65),
        "discord_servers_mb": Wanted("Discord: on 500 servers x 30 channels, RSS", "MiB", 150),
    }
)
"""The keys of `build/bench.json`, in the table's order."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measurement found: `figures` by their keys, `also` are lines without a target."""

    figures: Mapping[str, float]
    also: tuple[str, ...] = ()


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """`median (least to most), n`, for a line beside the table."""
    low, mid, high = (f"{v:.{digits}f}" for v in (min(values), middle(values), max(values)))
    return f"{mid} ({low} to {high}, n = {len(values)})"


def ratio(slow: float, fast: float) -> str:
    """How many times faster, in words."""
    return f"{slow / fast:.1f} times"


def table_of(figures: Mapping[str, float], footer: str) -> Table:
    """Figure, value, target, and whether it is met."""
    table = Table("", "measured", "target", "", title="Carrel, measured", caption=footer)
    table.columns[1].justify = table.columns[2].justify = "right"
    for key, wanted in WANTED.items():
        if key in figures:
            table.add_row(wanted.what, *_cells(figures[key], wanted))
    return table


def _cells(value: float, wanted: Wanted) -> tuple[str, str, str]:
    shown = f"{number(value)} {wanted.unit}"
    if wanted.target is None:
        return shown, "", ""
    met = "[green]met[/]" if value <= wanted.target else "[red]missed[/]"
    return shown, f"≤ {number(wanted.target)} {wanted.unit}", met


def number(value: float) -> str:
    """Three digits, as many as a figure here deserves."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - three digits


def write(figures: Mapping[str, float], path: Path) -> None:
    """Keep the figures as one JSON object of numbers."""
    path.parent.mkdir(exist_ok=True)
    rounded = {key: round(figures[key], 4) for key in WANTED if key in figures}
    path.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def merged(parts: Iterable[Measured]) -> Measured:
    """Several measurements as one."""
    known = tuple(parts)
    figures = {key: value for part in known for key, value in part.figures.items()}
    return Measured(figures, tuple(line for part in known for line in part.also))
