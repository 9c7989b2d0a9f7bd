"""`carrel pair`."""

from __future__ import annotations

import typer

from carrel.cli.control import connect


def command() -> None:
    """Print a code that lets one person in: who sends it to the bot in a direct message."""
    made = connect().post("/pair")
    typer.echo(made["code"])
    minutes = round(made["seconds"] / 60)
    typer.echo(f"Good for one person and {minutes} minutes; they become a member.", err=True)
