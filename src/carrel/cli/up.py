"""`carrel up`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from carrel import settings
from carrel.cli import demo


def command(
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log to the screen too.")
    ] = False,
) -> None:
    """Start the gateway and its console; without a login, the demo in its place."""
    from carrel.engines.claude.login import ADVICE, find_login
    from carrel.gateway import Gateway, Plan

    environ = settings.environment()
    home = settings.home_of(environ)
    loaded = settings.load(home, environ)
    login_home = settings.login_home(environ)
    if loaded.engine.name == "claude" and find_login(environ, login_home).kind == "none":
        typer.secho(ADVICE, fg="yellow")
        typer.secho("Until then, here is the demo: a stand-in plays the model.", fg="yellow")
        demo.command(port=loaded.console.port, verbose=verbose)
        return
    settings.scrub()
    api_url = environ.get("ANTHROPIC_BASE_URL")
    plan = Plan(home, loaded, environ, login_home, api_url=api_url, verbose=verbose)
    asyncio.run(Gateway(plan).run(demo.announce))
