"""`carrel hosts`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from carrel.cli.control import connect

ONE_HOME = "The store is a file of this home: no other host shares it."


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the hosts that share the database: who leads, who waits or runs agents, who is gone."""
    rows = connect().get("/hosts")
    if as_json:
        import json

        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif rows:
        _table(rows)
    else:
        typer.echo(ONE_HOME)


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    heads = ("host", "role", "lease left", "sessions", "agents", "version", "since (UTC)")
    table = Table(*heads, box=None)
    for row in rows:
        left = "" if row["role"] == "gone" else f"{row['left']:.0f} s"
        name = f"{row['id']} (here)" if row["here"] else row["id"]
        agents = f"{row['live']} of {row['places']}" if row["places"] else str(row["live"])
        counted = (str(row["sessions"]), agents)
        table.add_row(name, row["role"], left, *counted, row["version"], _time(row["since"]))
    Console().print(table)


def _time(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
