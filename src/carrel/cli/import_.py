"""`carrel import`."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carrel.core.errors import ConfigError
from carrel.settings import places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carrel.importers.claudeclaw.plan import Plan
    from carrel.importers.findings import Finding, Standing

TITLES: Mapping[Standing, str] = {
    "carried": "Carried over",
    "there": "Already there",
    "failed": "Could not be carried over",
    "left": "Not carried over, and why",
    "next": "What you do next",
}


class Kind(StrEnum):
    """The gateways that can be imported from."""

    CLAUDECLAW = "claudeclaw"


def command(
    kind: Annotated[Kind, typer.Argument(help="Where you come from.")],  # noqa: ARG001 - one so far
    path: Annotated[Path, typer.Argument(help="The project that it ran in.")],
    *,
    home: Annotated[
        Path | None, typer.Option(help="Carrel's home, if it is not `$CARREL_HOME`.")
    ] = None,
    do: Annotated[bool, typer.Option("--do", help="Do it; without it nothing is written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Carry settings, jobs and conversations over from another gateway.

    It only says what it would do, unless told to do it. Nothing is ever written to the other
    gateway's files, and a second time finds nothing left to do. Exit status: 0 when everything
    is carried, 1 when something could not be (it is named), 78 when nothing could begin.
    """
    from carrel.importers.claudeclaw import plan as planning
    from carrel.importers.claudeclaw import source
    from carrel.settings import plugins

    environ = places.environment()
    chosen = home.expanduser().absolute() if home else places.home_of(environ)
    claude = Path(environ.get("CLAUDE_CONFIG_DIR") or places.login_home(environ) / ".claude")
    known = frozenset(plugins.names("platforms"))
    plan = planning.make(source.read(path), planning.Places(chosen, claude, known))
    faults = _carry_out(plan, chosen, environ) if do else ()
    _show(_corrected(plan.findings, faults), do=do, as_json=as_json)


def _carry_out(plan: Plan, home: Path, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Do it under the home's lock. A plan with nothing to do touches nothing."""
    from carrel.importers.claudeclaw import doing
    from carrel.runtime.lock import HomeLock

    if not plan.writes and not plan.conversations:
        return ()
    places.made_private(home)
    lock = HomeLock(home)
    lock.take()
    try:
        faults = doing.write_files(plan, home)
        if plan.conversations:
            faults += asyncio.run(_continue(plan, home, environ))
    finally:
        lock.free()
    return faults


async def _continue(plan: Plan, home: Path, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    from carrel.importers.claudeclaw import doing
    from carrel.ports.hosts import Tenure
    from carrel.ports.store import Store, StoreParts
    from carrel.runtime.clock import SystemClock
    from carrel.settings import plugins
    from carrel.settings.loading import load
    from carrel.workspaces.folders import FolderWorkspaces

    settings, clock = load(home, environ), SystemClock()
    build = plugins.plugin("stores", settings.store_name)
    tenure = Tenure(follows=_refuse)
    store: Store = build(StoreParts(home, clock, settings.store.url, tenure))
    # Walls are built when a session starts; here only its folders are made.
    workspaces = FolderWorkspaces(home / "sessions", "folder", (), settings.limits.file_bytes)
    await store.open()
    try:
        return await doing.continue_all(plan, store, workspaces, clock.now())
    finally:
        await store.close()


def _refuse(leader: str) -> None:
    raise ConfigError(f"{leader} leads this database; have it end first: carrel drain {leader}")


def _corrected(planned: tuple[Finding, ...], faults: tuple[Finding, ...]) -> list[Finding]:
    """What went wrong takes the place of what was promised."""
    from dataclasses import replace

    from carrel.importers.tolerant import clean

    failed = {fault.what for fault in faults}
    kept = [one for one in planned if one.standing != "carried" or one.what not in failed]
    # A folder's name may hold what no terminal can show.
    return [replace(one, what=clean(one.what), said=clean(one.said)) for one in (*kept, *faults)]


def _show(findings: list[Finding], *, do: bool, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
    else:
        _table(findings, do=do)
    if any(one.standing == "failed" for one in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding], *, do: bool) -> None:
    order = list(TITLES)
    by_standing = sorted(findings, key=lambda one: order.index(one.standing))
    for standing, group in groupby(by_standing, lambda one: one.standing):
        typer.secho(f"\n{TITLES[standing]}", bold=True, fg="red" if standing == "failed" else None)
        for one in group:
            typer.echo(f"  {one.what}\n      {one.said}")
    carried = any(one.standing == "carried" for one in findings)
    if do:
        typer.echo("\nDone. `carrel check` reads the settings; `carrel up` starts.")
    elif carried:
        typer.echo("\nNothing was written. To do it, add --do.")
    else:
        typer.echo("\nThere is nothing left to do.")
