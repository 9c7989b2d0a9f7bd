"""`carrel restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path


def command(
    name: Annotated[str, typer.Argument(help="The copy; without one they are listed.")] = "",
) -> None:
    """List the copies of the store, or put one in its place; the gateway must not run."""
    from carrel.cli.store import require_file
    from carrel.settings import places

    environ = places.environment()
    home = places.home_of(environ)
    if not name:
        _list(home / "backups")
        return
    require_file(home, environ)
    _go_back(home, name)


def _go_back(home: Path, name: str) -> None:
    from carrel.cli.audit import note
    from carrel.runtime.clock import SystemClock
    from carrel.runtime.lock import HomeLock
    from carrel.stores import restoring

    lock = HomeLock(home)
    lock.take()
    try:
        now = SystemClock().now()
        old = restoring.go_back(name, home / "carrel.db", home / "backups", now)
        note(home, "store restored", copy=name)
    finally:
        lock.free()
    typer.echo(f"{name} is the store now. Messages from after it may be answered again.")
    if old is not None:
        typer.echo(f"What was there before is kept as backups/{old.name}.")


def _list(folder: Path) -> None:
    from carrel.stores import backups

    found = backups.newest_first(folder)
    for copy in found:
        typer.echo(f"{copy.name}  {copy.stat().st_size / 1e6:.1f} MB")
    if not found:
        typer.echo("There are no copies; `carrel backup` makes one.")
