"""`carrel check`."""

from __future__ import annotations

import asyncio

import typer

from carrel import settings


def command() -> None:
    """Check carrel.toml, the walls and the login without starting anything."""
    from carrel.engines.claude.login import ADVICE, find_login
    from carrel.workspaces.walls import Walls

    environ = settings.environment()
    home = settings.home_of(environ)
    loaded = settings.load(home, environ)
    typer.echo(f"settings  ok    {home / 'carrel.toml'}")
    if loaded.walls.isolation == "strict":
        asyncio.run(Walls(()).check())
        typer.echo("walls     ok    strict, by bubblewrap")
    else:
        typer.secho("walls     none  sessions can read each other's folders", fg="yellow")
    login = find_login(environ, settings.login_home(environ))
    typer.echo(f"login     {'ok    ' + login.kind if login.kind != 'none' else 'none  ' + ADVICE}")
