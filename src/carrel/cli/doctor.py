"""`carrel doctor`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from carrel.core.errors import Refused
from carrel.settings import places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from carrel.ports.platform import Finding
    from carrel.settings.tables import Settings

WELL = (
    "✅ `carrel doctor`: all is well. The agent runs in its walls, it asks before it acts, and I "
    "can write here."
)


def command(
    announce: Annotated[
        str, typer.Option(help="A conversation, `discord:ID`, that is told if all is well.")
    ] = "",
    *,
    security: Annotated[
        bool, typer.Option("--security", help="Only look for ways in that were left open.")
    ] = False,
) -> None:
    """Examine everything, and say each mend.

    Settings, walls, login, disk, the model's service, the clock; a turn of the real agent that
    costs nothing, with a tool that must ask; every chat network, channel by channel. Nothing is
    changed. Exit status 1 if something is not well.
    """
    from carrel.examining import securing
    from carrel.settings.loading import load

    environ = places.environment()
    home = places.home_of(environ)
    settings = load(home, environ)
    if security:
        findings = securing.examine(home, settings)
    else:
        findings = asyncio.run(examine(home, settings, environ))
    for finding in findings:
        _show(finding)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
    if announce:
        asyncio.run(_announce(announce, home, settings, environ))


def _show(finding: Finding) -> None:
    from carrel.cli.boxes import clean_lines

    said = f"{'✓' if finding.well else '✗'} {finding.what:<24} {finding.said}"
    typer.secho(clean_lines(said), fg=None if finding.well else "red")
    if finding.mend:
        typer.echo(clean_lines(f"  {finding.mend}"))


async def examine(
    home: Path,
    settings: Settings,
    environ: Mapping[str, str],
    hide: Callable[[str], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Every finding, in the order in which they depend on one another.

    `hide` hears each token that was found.
    """
    from carrel.cli.rehearsal import rehearse
    from carrel.engines.claude.engine import UPSTREAM
    from carrel.examining import agent, machine
    from carrel.examining.local import local_findings
    from carrel.runtime.clock import SystemClock
    from carrel.setting_up.parts import parts_of
    from carrel.settings import plugins

    findings = [*await local_findings(home, settings, environ)]
    findings.append(machine.room(home, settings.limits.free_bytes))
    findings += await machine.service(environ.get("ANTHROPIC_BASE_URL") or UPSTREAM, SystemClock())
    findings.append(await agent.version())
    findings += await rehearse(settings.walls.isolation)
    for name, table in settings.platforms.items():
        parts = parts_of(name, home, environ, hide)
        findings += await plugins.platform(name).examine(table, parts)
    return tuple(findings)


async def _announce(
    address: str, home: Path, settings: Settings, environ: Mapping[str, str]
) -> None:
    """Say it there. Raises Refused where that cannot be."""
    from carrel.ports.platform import Refusal
    from carrel.setting_up.parts import parts_of
    from carrel.settings import plugins

    name = address.partition(":")[0]
    table = settings.platforms.get(name)
    kind = plugins.platform(name) if table is not None else None
    if kind is None or kind.guide is None:
        known = ", ".join(settings.platforms) or "none"
        raise Refused(f"{address!r} is on no platform that is set up; there are: {known}.")
    try:
        await kind.guide().hello(table, parts_of(name, home, environ), address, WELL)
    except Refusal as error:
        raise Refused(f"It could not be told in {address}: {error}.") from error
