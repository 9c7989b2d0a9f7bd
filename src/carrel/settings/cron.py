"""Cron lines, as cronsim reads them. It is asked about wall clocks only: see `core.firing`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from cronsim import CronSim, CronSimError

FIELDS = "minute hour day month weekday"
FORM = f"five fields, `{FIELDS}`, with *, lists, ranges, steps and names, or a word as `@daily`"

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
        "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    }
)


def line_of(text: str) -> str:
    """The five fields that a text means. Raises ValueError with what is accepted."""
    line = WORDS.get(text.strip().lower(), " ".join(text.split()))
    if line.count(" ") != FIELDS.count(" "):
        raise ValueError(f"write {FORM}")
    try:
        CronSim(line, datetime(2000, 1, 1))  # noqa: DTZ001 - a wall clock
    except CronSimError as error:
        raise ValueError(_why(line, str(error))) from None
    return line


def _why(line: str, said: str) -> str:
    if said == "Bad day-of-month" and _date_fits(line.split()[2]):
        return "it never fires: none of these months has such a day"
    return f"{said[:1].lower()}{said[1:]}; write {FORM}"


def _date_fits(days: str) -> bool:
    """Whether the days by themselves are sound, so that it is their months that never fit."""
    try:
        CronSim(f"0 0 {days} * *", datetime(2000, 1, 1))  # noqa: DTZ001 - a wall clock
    except CronSimError:
        return False
    return True


def next_match(line: str, after: datetime) -> datetime | None:
    """The first wall-clock time after another that a line names; None: none in fifty years."""
    return next(CronSim(line, after), None)
