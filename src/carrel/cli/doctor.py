"""`carrel doctor`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from carrel.settings import places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from carrel.ports.platform import Finding
    from carrel.settings.tables import Settings


def command(
    *,
    security: Annotated[
        bool, typer.Option("--security", help="Only look for ways in that were left open.")
    ] = False,
) -> None:
    """Examine the settings, the walls, the login, and every chat network, and say each mend."""
    from carrel.cli.securing import examine
    from carrel.settings.loading import load

    environ = places.environment()
    home = places.home_of(environ)
    settings = load(home, environ)
    if security:
        findings = examine(home, settings)
    else:
        findings = asyncio.run(_examine(home, settings, environ))
    for finding in findings:
        _show(finding)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    typer.secho(f"{'✓' if finding.well else '✗'} {finding.what:<24} {finding.said}",
                fg=None if finding.well else "red")  # fmt: skip
    if finding.mend:
        typer.echo(f"  {finding.mend}")


async def _examine(
    home: Path, settings: Settings, environ: Mapping[str, str]
) -> tuple[Finding, ...]:
    from carrel.cli.check import local_findings
    from carrel.ports.platform import PlatformParts
    from carrel.runtime.clock import SystemClock
    from carrel.settings import plugins

    findings = list(await local_findings(home, settings, environ))
    for name, table in settings.platforms.items():
        parts = PlatformParts(
            folder=home / "platforms" / name,
            home=home,
            clock=SystemClock(),
            max_file=settings.limits.file_bytes,
            environ=environ,
            hide=lambda _: None,
        )
        findings += await plugins.platform(name).examine(table, parts)
    return tuple(findings)
