"""`carrel backup`."""

from __future__ import annotations

import typer


def command() -> None:
    """Copy the store while it is in use, and print where the copy lies."""
    from carrel.cli.audit import note
    from carrel.cli.store import require_file
    from carrel.runtime.clock import SystemClock
    from carrel.settings import places
    from carrel.stores import restoring

    environ = places.environment()
    home = places.home_of(environ)
    require_file(home, environ)
    now = SystemClock().now()
    copy = restoring.copy_now(home / "carrel.db", home / "backups", now)
    note(home, "store copied", copy=copy.name)
    typer.echo(copy)
