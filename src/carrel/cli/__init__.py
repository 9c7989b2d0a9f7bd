"""The command line: one command a file."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Annotated

import typer

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
COMMANDS = (
    *("up", "stop", "service", "status", "sessions", "schedules", "usage", "chat", "attach"),
    *("send", "demo", "logs", "statusline", "init", "check", "doctor", "diagnostics", "audit"),
    *("people", "pair", "hosts", "drain"),
    *("dead-letters", "backup", "restore", "store", "trash", "import"),
)


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
        register(sys.argv[1:])
        app()
    except ConfigError as error:
        _fail(str(error), EXIT_CONFIG)
    except CarrelError as error:
        _fail(str(error), 1)


def register(arguments: list[str]) -> None:
    """Load the command that is called, or all of them where help is wanted."""
    called = arguments[:1]
    for name in called if called and called[0] in COMMANDS else COMMANDS:
        module = f"{name}_" if iskeyword(name) else name.replace("-", "_")
        app.command(name)(import_module(f"carrel.cli.{module}").command)


def _fail(sentence: str, status: int) -> None:
    typer.secho(sentence, fg="red", err=True)
    sys.exit(status)
