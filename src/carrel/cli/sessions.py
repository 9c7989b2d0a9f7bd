"""`carrel sessions`."""

from __future__ import annotations

from typing import Annotated

import typer

from carrel.cli.control import connect
from carrel.cli.times import minute


def command(
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=1000)] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the sessions, most recently used first."""
    rows = connect().get("/sessions", limit=limit)
    if as_json:
        import json

        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        typer.echo("No session yet; say something with `carrel chat`.")
        return
    _table(rows)


def _table(rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("session", "state", "waiting", "turns", "last used (UTC)", box=None)
    for row in rows:
        used = minute(float(str(row["last_used"])))
        state = "working" if row["running"] else "idle"
        table.add_row(str(row["key"]), state, str(row["waiting"]), str(row["turns"]), used)
    Console().print(table)
