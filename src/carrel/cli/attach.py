"""`carrel attach`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from carrel.cli.control import Control, connect
from carrel.cli.forwarder import Forwarder
from carrel.cli.terminal import Terminal
from carrel.core.errors import Refused, Unavailable
from carrel.runtime.lease import Lease
from carrel.settings import places

TAKEN_BACK = "The session was taken back; it goes on in the chat."
LEFT = "The session goes on in the chat."


def command(
    session: Annotated[
        str, typer.Argument(help="The session, as `carrel sessions` or /handoff names it.")
    ] = "console:main",
) -> None:
    """Continue a session in this terminal; what is said in the chat waits meanwhile."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("`carrel attach` needs a terminal; `carrel chat` and `carrel send` do not.")
    control = connect()
    lease = Lease(Path(control.get("/terminal/lease", session=session)["lease"]))
    lease.take()
    typer.secho("Waiting until nothing runs in the session … (Ctrl+C leaves)", dim=True)
    program = _program(control, session)
    usual = places.environment()
    kept = {name: usual[name] for name in ("TERM", "COLORTERM", "LANG") if name in usual}
    variables = {**kept, **_variables(program, session)}
    terminal = Terminal(program["words"], variables, program["folder"])
    status = terminal.run(sys.stdin.fileno(), sys.stdout.fileno())
    lease.free()
    typer.echo(TAKEN_BACK if terminal.ended else LEFT)
    raise typer.Exit(status)


def _variables(program: Any, session: str) -> dict[str, str]:
    """Those of the program; what leads to the gateway leads through a forwarder of this process.

    So the program goes on though the gateway is stopped or killed, and another one comes.
    """
    if not program["relay"]:
        return dict(program["variables"])

    def relay() -> str:
        answer = connect().post("/terminal/relay", session=session, token=program["token"])
        return str(answer["relay"])

    address = Forwarder(relay).start()
    return {
        name: address if value == program["relay"] else value
        for name, value in program["variables"].items()
    }


def _program(control: Control, session: str) -> Any:
    """What the gateway says shall be run; it waits for the running turn."""
    for kind, data in control.events(f"/terminal/program?{urlencode({'session': session})}"):
        if kind == "program":
            return data
        if kind == "trouble":
            raise Refused(data["error"])
    raise Unavailable("The gateway went away; attach again when it is back.")
