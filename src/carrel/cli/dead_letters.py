"""`carrel dead-letters`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from carrel.cli.boxes import clean
from carrel.cli.control import connect
from carrel.cli.times import minute
from carrel.core.errors import Refused

SHOWN = 60


def command(
    act: Annotated[Literal["list", "retry", "drop"], typer.Argument(help="What to do.")] = "list",
    message: Annotated[str, typer.Argument(help="Which message, as the list names it.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List the messages that failed in the last 30 days, try one again, or let go of it."""
    control = connect()
    if act == "list":
        _show(control.get("/dead-letters"), as_json=as_json)
        return
    if not message:
        raise Refused(f"Name the message: `carrel dead-letters {act} MESSAGE`.")
    control.post("/dead-letters", message=message, act=act)
    typer.echo("It waits again." if act == "retry" else "It is listed no more.")


def _show(letters: Any, *, as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(letters, ensure_ascii=False))
        return
    for one in letters:
        inbound = one["inbound"]
        message = f"{inbound['source']}/{inbound['id']}"
        typer.echo(clean(f"{message}  {minute(one['at'])} UTC  {one['key']}"))
        typer.echo(f"  {clean(inbound['sender']['name'])}: {_short(inbound['text'])}")
        typer.secho(f"  {_short(one['why'], 200)}", fg="yellow")
    if not letters:
        typer.echo("No message has failed.")


def _short(text: str, most: int = SHOWN) -> str:
    line = clean(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
