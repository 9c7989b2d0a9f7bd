"""`carrel demo`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carrel.core.messages import Inbound
from carrel.settings import places

if TYPE_CHECKING:
    from carrel.gateway import Ready

SHOWN = (
    ("red-desk", "write a file plans.txt with meet at the old oak"),
    ("red-desk", "remember the word lantern"),
    ("blue-desk", "show me the files"),
    ("blue-desk", "what do you remember?"),
)
"""What the demo says when it opens: one desk keeps a secret, the other looks for it."""


def command(
    port: Annotated[int, typer.Option(help="The console's port; 0 takes a free one.")] = 4711,
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log to the screen too.")
    ] = False,
) -> None:
    """Try Carrel without an account: the real agent and walls, a stand-in for the model."""
    home = Path(tempfile.mkdtemp(prefix="carrel-demo-"))
    try:
        asyncio.run(_run(home, port, verbose=verbose))
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _run(home: Path, port: int, *, verbose: bool) -> None:
    from carrel.gateway import Gateway, Plan
    from carrel.settings.tables import Settings
    from carrel.testing.messages_api import FakeMessagesApi

    places.scrub()
    async with FakeMessagesApi(demo=True) as api:
        loaded = Settings.model_validate(
            {
                "console": {"port": port},
                "defaults": {"waiting": "queue"},
                "conversations": {"console:red-desk": {"mode": "edit"}},
            }
        )
        environ = {"ANTHROPIC_API_KEY": "the-demo-needs-no-key"}
        plan = Plan(home, loaded, environ, home, api_url=api.url, demo=True, verbose=verbose)
        gateway = Gateway(plan)
        await gateway.run(announce, _opening())


def announce(ready: Ready) -> None:
    """Print where the console is; nobody may be reading any more, and that is no failure."""
    with contextlib.suppress(BrokenPipeError):
        _announce(ready)


def _announce(ready: Ready) -> None:
    typer.secho("Carrel is up." if not ready.demo else "Carrel's demo is up.", fg="green")
    for sentence in ready.incidents:
        typer.secho(sentence, fg="yellow")
    typer.echo(f"Console (this link works once): {ready.link}")
    typer.echo("If your browser does not know that name, put 127.0.0.1 in its place.")
    typer.echo("Ctrl+C stops it.")


def _opening() -> tuple[Inbound, ...]:
    from carrel.platforms.console import LOCAL, place

    return tuple(
        Inbound("console", f"demo-{number}", place(desk), LOCAL, text, addressed=True)
        for number, (desk, text) in enumerate(SHOWN)
    )
