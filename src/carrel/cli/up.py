"""`carrel up`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

import typer

from carrel.cli import demo
from carrel.core.errors import ConfigError
from carrel.ports.hosts import Part
from carrel.settings import places


def command(
    *,
    role: Annotated[
        Part | None,
        typer.Option(help="What this host does among several; else as carrel.toml says."),
    ] = None,
    no_demo: Annotated[
        bool, typer.Option("--no-demo", help="Without a login, end with status 78.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log to the screen too.")
    ] = False,
) -> None:
    """Start the gateway and its console; without a login, the demo in its place."""
    from carrel.engines.claude.login import ADVICE, find_login
    from carrel.gateway import Gateway, Plan
    from carrel.settings.loading import load

    environ = places.environment()
    if role is not None:
        environ = {**environ, "CARREL_GATEWAY__ROLE": role}
    home = places.home_of(environ)
    loaded = load(home, environ)
    login_home = places.login_home(environ)
    logged_in = find_login(environ, login_home).kind != "none"
    if loaded.engine.name == "claude" and loaded.places and not logged_in:
        if no_demo:
            raise ConfigError(ADVICE)
        typer.secho(ADVICE, fg="yellow")
        typer.secho("Until then, here is the demo: a stand-in plays the model.", fg="yellow")
        demo.command(port=loaded.console.port, verbose=verbose)
        return
    places.scrub()
    places.no_crash_dumps()
    api_url = environ.get("ANTHROPIC_BASE_URL")
    plan = Plan(home, loaded, environ, login_home, api_url=api_url, verbose=verbose, say=_say)
    asyncio.run(Gateway(plan).run(demo.announce))


def _say(sentence: str) -> None:
    """At once: the process may be about to end. Nobody may be reading, and that is no failure."""
    with contextlib.suppress(OSError):
        typer.secho(sentence, fg="yellow", err=True)
