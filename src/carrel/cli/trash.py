"""`carrel trash`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from carrel.cli.times import minute

if TYPE_CHECKING:
    from carrel.workspaces.trash import Thrown


def command(
    act: Annotated[Literal["list", "restore"], typer.Argument(help="What to do.")] = "list",
    name: Annotated[str, typer.Argument(help="What to put back, as the list names it.")] = "",
) -> None:
    """List what was forgotten in the last 30 days, or put a session's folders back."""
    from carrel.cli.audit import note
    from carrel.settings import places
    from carrel.settings.loading import load
    from carrel.workspaces import trash

    environ = places.environment()
    home = places.home_of(environ)
    sessions = load(home, environ).sessions(home)
    if act == "list":
        _table(trash.listed(sessions.with_name("trash")))
        return
    if not name:
        raise typer.BadParameter("Say what to put back: carrel trash restore NAME.")
    back = trash.restore(sessions, sessions.with_name("trash"), name)
    note(home, "trash restored", session=back.key)
    typer.echo(f"The files and the memory of {back.key} are back.")


def _table(found: tuple[Thrown, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not found:
        typer.echo("The trash is empty.")
        return
    table = Table("name", "session", "since (UTC)", box=None)
    for one in found:
        table.add_row(one.name, one.key, minute(one.at))
    Console().print(table)
