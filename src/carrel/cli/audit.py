"""`carrel audit`, and what the command line itself adds to the audit log."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path

APART = frozenset({"timestamp", "event", "level", "logger"})
"""What is not shown as `name=value`."""


def command(
    lines: Annotated[int, typer.Option(help="How many, the newest last.", min=1)] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object each.")] = False,
) -> None:
    """Show the audit log: who was heard, what was decided, what the operator did."""
    from carrel.settings import places

    home = places.home_of(places.environment())
    newest = _newest(home / "logs" / "audit.log", lines)
    if not newest and not as_json:
        typer.echo("Nothing yet: nobody was heard in this home.")
    for line in newest:
        typer.echo(line if as_json else _plain(line))


def note(home: Path, event: str, **more: str) -> None:
    """Add an act of the operator's that goes past the gateway."""
    import structlog

    from carrel import telemetry

    telemetry.audit_to(home / "logs", telemetry.Redactor(()), most=0)
    structlog.get_logger(telemetry.AUDIT).info(event, **more)


def _newest(file: Path, count: int) -> list[str]:
    """The last lines of the log and, where it has just begun, of the one before it."""
    found: deque[str] = deque(maxlen=count)
    for one in (file.with_name(f"{file.name}.1"), file):
        if one.exists():
            with one.open(encoding="utf-8") as opened:
                found.extend(line.rstrip("\n") for line in opened)
    return list(found)


def _plain(line: str) -> str:
    from carrel.cli.boxes import clean

    try:
        told = json.loads(line)
    except ValueError:
        return clean(line)
    rest = " ".join(f"{name}={value}" for name, value in told.items() if name not in APART)
    return clean(f"{told.get('timestamp', '')[:19]}  {told.get('event', '')}  {rest}".rstrip())
