"""`carrel store`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from carrel.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carrel.stores.moving import Side, Tally


class Kind(StrEnum):
    """What rows can be moved between."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def command(
    act: Annotated[Literal["migrate"], typer.Argument(help="What to do.")],  # noqa: ARG001 - one so far
    source: Annotated[Kind, typer.Argument(help="Where the rows are.")],
    target: Annotated[Kind, typer.Argument(help="Where they shall be.")],
) -> None:
    """Carry a home's store over to another database, and look at every row afterwards.

    `sqlite` is the file in the home, `postgres` the database of `[store] url`. No gateway may run
    on either. What is moved from stays as it is; a move that was cut off has done nothing.
    """
    from carrel.cli.audit import note
    from carrel.runtime.lock import HomeLock
    from carrel.settings import places
    from carrel.settings.loading import load
    from carrel.stores.moving import move

    if source is target:
        raise ConfigError("Say two different ones: carrel store migrate sqlite postgres.")
    environ = places.environment()
    home = places.home_of(environ)
    url = load(home, environ).store.url
    if url is None:
        raise ConfigError("Say where the database is: `url` in `[store]` of carrel.toml.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = HomeLock(home)
    lock.take()
    try:
        with (
            _side(source, home, url, write=False) as old,
            _side(target, home, url, write=True) as new,
        ):
            moved = move(old, new)
        note(home, "store moved", source=source, target=target)
    finally:
        lock.free()
    _show(moved, target)


def require_file(home: Path, environ: Mapping[str, str]) -> None:
    """Raise ConfigError where the store is no file: copies are the database's own affair then."""
    from carrel.settings.loading import load

    if load(home, environ).store.url is not None:
        raise ConfigError("The store is in PostgreSQL: copy it with `pg_dump`.")


def _side(kind: Kind, home: Path, url: str, *, write: bool) -> AbstractContextManager[Side]:
    from carrel.runtime.clock import SystemClock
    from carrel.stores import moving_sqlite

    if kind is Kind.SQLITE:
        file = home / "carrel.db"
        if write:
            return moving_sqlite.writing(file, home / "backups", SystemClock())
        return moving_sqlite.reading(file)
    from carrel.stores.postgres import NO_DRIVER, host_id

    try:
        from carrel.stores.postgres import address, moving
    except ImportError:
        raise ConfigError(NO_DRIVER) from None
    chosen = moving.writing if write else moving.reading
    return chosen(address.address_of(url), host_id(home))


def _show(moved: Mapping[str, Tally], target: Kind) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("table", "rows", "digest", box=None)
    for name, held in moved.items():
        table.add_row(name, f"{held.rows:,}", held.digest[:16])
    Console().print(table)
    rows = sum(held.rows for held in moved.values())
    typer.echo(f"All {rows:,} rows are there, each looked at on both sides.")
    if target is Kind.SQLITE:
        typer.echo("Take `url` out of `[store]` now; then start Carrel.")
