"""`carrel usage`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from carrel.cli.control import connect

SHOWN = 10


def command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what was spent: on the last days, and today by session, person and turn."""
    report = connect().get("/usage")
    if as_json:
        import json

        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    for limit in report["limits"]:
        typer.echo(f"Today's budget: {limit['spent']:.2f} of {limit['most']:.2f} dollars.")
    days = [{"id": day["date"], "name": "", "spent": day["spent"]} for day in report["days"]]
    _table(f"day ({report['zone']})", days)
    for what, rows in (("session", "sessions"), ("person", "people"), ("turn", "turns")):
        if report[rows]:
            _table(f"{what}, today", report[rows][:SHOWN])


def _table(title: str, rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from carrel.cli.boxes import clean

    table = Table(title, "turns", "tokens in", "tokens out", "seconds", "dollars", box=None)
    for row in rows:
        spent, usage = row["spent"], row["spent"]["usage"]
        name = f"{row['name']} ({row['id']})" if row["name"] else row["id"] or "unknown"
        tokens = (f"{usage['input_tokens']:,}", f"{usage['output_tokens']:,}")
        seconds, cost = f"{usage['seconds']:.0f}", f"{usage['cost']:.4f}"
        table.add_row(escape(clean(name)), str(spent["turns"]), *tokens, seconds, cost)
    Console().print(table)
