"""`carrel logs`."""

from __future__ import annotations

import json
from collections import deque
from typing import Annotated, Any

import typer

from carrel.cli.boxes import clean
from carrel.core.errors import Refused
from carrel.settings import places

PLAIN = frozenset({"timestamp", "level", "logger", "event", "exception"})
COLORS = {"warning": "yellow", "error": "red", "critical": "red"}


def command(
    lines: Annotated[int, typer.Option(help="How many, the newest.", min=1, max=100_000)] = 60,
) -> None:
    """Show the end of the gateway's log, a line an event, with secrets taken out."""
    file = places.home_of(places.environment()) / "logs" / "carrel.log"
    try:
        with file.open(encoding="utf-8", errors="replace") as log:
            newest = deque(log, maxlen=lines)
    except OSError as error:
        raise Refused(f"There is no log yet: {file}: {error.strerror}.") from error
    for line in newest:
        text, level = _line(line)
        typer.secho(text, fg=COLORS.get(level))


def _line(line: str) -> tuple[str, str]:
    """An event for people, and how bad it is. A line that was cut off is shown as it is."""
    try:
        told: dict[str, Any] = json.loads(line)
        at, level, event = (str(told.get(key, "")) for key in ("timestamp", "level", "event"))
    except (ValueError, AttributeError):
        return clean(line.rstrip("\n")), ""
    more = (f"{key}={value}" for key, value in told.items() if key not in PLAIN)
    rows = [" ".join([at[:19], f"{level:<7}", event, *more])]
    rows += str(told.get("exception", "")).splitlines()
    return "\n".join(map(clean, rows)), level
