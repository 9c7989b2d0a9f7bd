"""`carrel drain`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from carrel.cli.control import Control, connect
from carrel.core.errors import Unavailable
from carrel.runtime.lock import HomeLock
from carrel.settings import places

BETWEEN_LOOKS = 0.2
SILENT_FOR = 60.0
"""Seconds without an answer of this host's gateway, which may be just taking over."""


def command(
    host: Annotated[str, typer.Argument(help="Which one, as `carrel hosts` names it.")],
) -> None:
    """Have a host finish the turns that run, begin none, let go of the lease, and end."""
    control, lock = connect(), HomeLock(places.home_of(places.environment()))
    here = control.post("/hosts/drain", host=host)["here"]
    typer.echo(f"{host} finishes its turns …")
    look = lock.is_free if here else Looking(control, host).is_gone
    while not look():
        time.sleep(BETWEEN_LOOKS)
    typer.echo(f"{host} is drained.")


class Looking:
    """Looks at another host through this one's gateway."""

    def __init__(self, control: Control, host: str) -> None:
        self._control, self._host = control, host
        self._heard = time.monotonic()

    def is_gone(self) -> bool:
        """Whether it has ended. Raises Unavailable when the gateway here is silent for a minute."""
        try:
            rows = self._control.get("/hosts")
        except Unavailable:
            if time.monotonic() - self._heard > SILENT_FOR:
                raise
            return False
        self._heard = time.monotonic()
        return all(row["role"] == "gone" for row in rows if row["id"] == self._host)
