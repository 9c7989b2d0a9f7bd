"""`carrel status`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from carrel.cli.control import connect


def command(
    *,
    link: Annotated[
        bool, typer.Option("--link", help="Also print a new one-time link to the console.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say how the gateway is: its platforms, sessions, engines, and what needs a look."""
    control = connect()
    status = control.get("/status")
    if as_json:
        import json

        typer.echo(json.dumps(status, ensure_ascii=False))
    else:
        _show(status)
    if link:
        typer.echo(f"console   {control.post('/link')['url']}")


def _show(status: Any) -> None:
    demo = ", demo" if status["demo"] else ""
    typer.echo(f"carrel    {status['version']}, process {status['pid']}, {status['login']}{demo}")
    typer.echo(
        f"sessions  {status['sessions']} awake, {status['live']} with a live agent, "
        f"{status['waiting']} messages waiting"
    )
    for platform in status["platforms"]:
        typer.echo(f"running   {platform['name']}: {platform['state']} {platform['note']}".rstrip())
    for sentence in status["notices"]:
        typer.secho(f"notice    {sentence}", fg="yellow")
