"""The command line: one command a file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from carrel.cli import chat, check, demo, send, sessions, status, stop, up
from carrel.core.errors import CarrelError, ConfigError

EXIT_CONFIG = 78
"""What sysexits.h calls EX_CONFIG: a service manager shall not start us again."""

app = typer.Typer(
    name="carrel",
    help="Coding agents behind a chat server; every conversation has a walled session of its own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (up, stop, status, sessions, chat, send, demo, check):
    app.command(command.__name__.rpartition(".")[2])(command.command)


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        from carrel import __version__

        typer.echo(f"carrel {__version__}")
        raise typer.Exit


def run() -> None:
    """Run a command; an error is its sentence and a status, never a traceback."""
    try:
        app()
    except ConfigError as error:
        _fail(str(error), EXIT_CONFIG)
    except CarrelError as error:
        _fail(str(error), 1)


def _fail(sentence: str, status: int) -> None:
    typer.secho(sentence, fg="red", err=True)
    sys.exit(status)
