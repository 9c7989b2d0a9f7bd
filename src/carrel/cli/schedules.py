"""`carrel schedules`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer

from carrel.cli.control import connect
from carrel.cli.times import minute

SHOWN = 60


class What(StrEnum):
    """What can be done with jobs."""

    LIST = "list"
    RUN = "run"
    PAUSE = "pause"
    RESUME = "resume"
    HISTORY = "history"


def command(
    what: Annotated[What, typer.Argument(help="What to do.")] = What.LIST,
    job: Annotated[str, typer.Argument(help="The job; `list` needs none.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON.")] = False,
) -> None:
    """List the jobs; run, pause or resume one; or show what it has done."""
    if what != What.LIST and not job:
        raise typer.BadParameter(f"Name the job: `carrel schedules {what} NAME`.")
    control, name = connect(), quote(job, safe="")
    match what:
        case What.LIST:
            _show(control.get("/schedules"), as_json=as_json, table=_jobs)
        case What.HISTORY:
            _show(control.get(f"/schedules/{name}"), as_json=as_json, table=_fires)
        case _:
            control.post(f"/schedules/{name}/{what}")
            typer.echo({What.RUN: "fired", What.PAUSE: "paused"}.get(what, "resumed"))


def _show(rows: Any, *, as_json: bool, table: Any) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif rows:
        table(rows)
    else:
        typer.echo("Nothing yet; a job is a file `jobs/<name>.md` in the home.")


def _jobs(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("job", "when", "next (UTC)", "last (UTC)", "notifies", box=None)
    for row in rows:
        last = row["last"]
        done = f"{minute(last['at'])} {last['state']}" if last else ""
        name = row["name"] if row["title"] == row["name"] else f"{row['name']} {row['title']}"
        table.add_row(_cell(name), row["when"], _cell(_next(row)), done, _notified(row))
    Console().print(table)


def _cell(text: str) -> str:
    """Words that others chose, with nothing that Rich or the terminal would obey."""
    from rich.markup import escape

    from carrel.cli.boxes import clean

    return escape(clean(text))


def _next(row: dict[str, Any]) -> str:
    if not row["enabled"]:
        return "off"
    if row["paused"]:
        return f"paused: {row['paused']}"
    return minute(row["next_at"]) if row["next_at"] is not None else "no more"


def _notified(row: dict[str, Any]) -> str:
    if row["notify"] == "never" or not row["notify_to"]:
        return "nobody"
    return f"{row['notify_to']} {'' if row['notify'] == 'always' else row['notify']}".rstrip()


def _fires(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("fired (UTC)", "", "tries", "said", "cost", box=None)
    for row in rows:
        fire = row["fire"]
        said = " ".join((fire["note"] or row["answer"]).split())[:SHOWN]
        tries, at = str(fire["tries"]), minute(fire["at"])
        table.add_row(at, fire["state"], tries, _cell(said), row["footer"])
    Console().print(table)
