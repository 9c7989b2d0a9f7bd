"""`carrel people`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from carrel.cli.boxes import clean
from carrel.cli.control import connect
from carrel.cli.times import day
from carrel.core.errors import Refused


def command(
    act: Annotated[Literal["list", "remove"], typer.Argument(help="What to do.")] = "list",
    who: Annotated[str, typer.Argument(help="Whom to remove, as the list names them.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """List who was let in by a press or a code, beside those in carrel.toml, or remove one."""
    control = connect()
    if act == "list":
        _show(control.get("/people"), as_json=as_json)
        return
    if not who:
        raise Refused("Name the person: `carrel people remove WHO`.")
    control.post("/people/remove", who=who)
    typer.echo(f"{who} is a stranger again.")


def _show(people: Any, *, as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(people, ensure_ascii=False))
        return
    for one in people:
        let_in = f"let in by {one['by']}, {day(one['at'])}"
        typer.echo(clean(f"{one['address']}  {one['name']}  {let_in}"))
    if not people:
        typer.echo("Nobody was let in; carrel.toml lists who is heard.")
