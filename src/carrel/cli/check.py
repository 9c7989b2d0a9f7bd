"""`carrel check`."""

from __future__ import annotations

import asyncio

import typer

from carrel.settings import places


def command() -> None:
    """Check carrel.toml, the walls and the login without starting anything."""
    from carrel.engines.claude.login import ADVICE, find_login
    from carrel.settings.loading import load
    from carrel.workspaces.walls import Walls

    environ = places.environment()
    home = places.home_of(environ)
    loaded = load(home, environ)
    typer.echo(f"settings  ok    {home / 'carrel.toml'}")
    if loaded.walls.isolation == "strict":
        asyncio.run(Walls(()).check())
        typer.echo("walls     ok    strict, by bubblewrap")
    else:
        typer.secho("walls     none  sessions can read each other's folders", fg="yellow")
    login = find_login(environ, places.login_home(environ))
    typer.echo(f"login     {'ok    ' + login.kind if login.kind != 'none' else 'none  ' + ADVICE}")
