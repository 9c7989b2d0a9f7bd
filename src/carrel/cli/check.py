"""`carrel check`."""

from __future__ import annotations

import asyncio

import typer

from carrel.settings import places


def command() -> None:
    """Check carrel.toml, the jobs, the walls and the login without starting anything.

    Exit status 78 with each fault of carrel.toml; 1 if a job has one or no walls can be built.
    """
    from carrel.examining.local import local_findings
    from carrel.settings.loading import load

    environ = places.environment()
    home = places.home_of(environ)
    findings = asyncio.run(local_findings(home, load(home, environ), environ))
    for finding in findings:
        typer.secho(f"{finding.what:<9} {finding.said}", fg=None if finding.well else "yellow")
        if finding.mend:
            typer.echo(finding.mend)
    if any(
        finding.what == "job" or (finding.what == "walls" and finding.mend) for finding in findings
    ):
        raise typer.Exit(1)
