"""`carrel send`."""

from __future__ import annotations

import sys
import uuid
from typing import Annotated

import typer

from carrel.cli.control import NoAnswer, connect
from carrel.core.errors import Refused, Unavailable


def command(
    text: Annotated[str, typer.Argument(help="The message; `-` reads it from standard input.")],
    to: Annotated[str, typer.Option("--to", help="The console conversation.")] = "main",
    message_id: Annotated[
        str, typer.Option("--id", help="An id of your own: the same id is taken only once.")
    ] = "",
) -> None:
    """Send a message to a conversation of the console, and return once it is stored."""
    words = sys.stdin.read().rstrip("\r\n") if text == "-" else text
    identity = message_id or uuid.uuid4().hex
    try:
        verdict = connect().post(f"/conversations/{to}/messages", id=identity, text=words)
    except NoAnswer as error:
        again = f"Send it again with `--id {identity}`: the same id is taken once."
        raise Unavailable(f"{error} {again}") from error
    if verdict["outcome"] not in {"accepted", "duplicate"}:
        raise Refused(verdict["reason"] or "The message was not taken.")
    typer.echo(f"{verdict['outcome']}: {to}/{identity}")
