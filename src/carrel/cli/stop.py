"""`carrel stop`."""

from __future__ import annotations

import os
import time

import typer

from carrel.cli.control import connect
from carrel.core.errors import Unavailable

LONGEST_STOP = 620.0


def command() -> None:
    """Stop the gateway: running turns finish within the grace, or resume at the next start."""
    control = connect()
    pid = int(control.get("/status")["pid"])
    control.post("/stop")
    typer.echo(f"Stopping the gateway (process {pid}) …")
    end = time.monotonic() + LONGEST_STOP
    while _alive(pid):
        if time.monotonic() > end:
            raise Unavailable(f"Process {pid} did not stop; end it with `kill {pid}`.")
        time.sleep(0.05)
    typer.echo("Stopped.")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
