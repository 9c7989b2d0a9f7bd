"""`carrel stop`."""

from __future__ import annotations

import time

import typer

from carrel.cli.control import connect
from carrel.core.errors import Unavailable
from carrel.runtime.lock import HomeLock
from carrel.settings import places

LONGEST_STOP = 620.0


def command() -> None:
    """Stop the gateway: running turns finish within the grace, or resume at the next start."""
    home = places.home_of(places.environment())
    control, lock = connect(), HomeLock(home)
    pid = control.get("/status")["pid"]
    control.post("/stop")
    typer.echo(f"Stopping the gateway (process {pid}) …")
    end = time.monotonic() + LONGEST_STOP
    while not lock.is_free():
        if time.monotonic() > end:
            raise Unavailable(f"Process {pid} did not stop; end it with `kill {pid}`.")
        time.sleep(0.05)
    typer.echo("Stopped.")
