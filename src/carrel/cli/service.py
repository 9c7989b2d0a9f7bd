"""`carrel service`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carrel.core.errors import CarrelError, ConfigError
from carrel.settings import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from carrel.cli.services.launchd import Launchd
    from carrel.cli.services.systemd import Systemd
    from carrel.cli.services.units import Spec

LOGINS = ("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_BASE_URL")
KEPT = ("PATH", "CLAUDE_CONFIG_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
LINGER = "Without lingering it ends when you log out. Let it run from the machine's start on?"


class What(StrEnum):
    """What can be done with the service."""

    INSTALL = "install"
    UNINSTALL = "uninstall"
    STATUS = "status"
    LOGS = "logs"


def command(
    what: Annotated[What, typer.Argument(help="What to do.")],
    *,
    system: Annotated[
        bool, typer.Option("--system", help="The machine's, not yours; needs sudo.")
    ] = False,
    linger: Annotated[
        bool | None, typer.Option("--linger/--no-linger", help="Run while nobody is logged in.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on, with `logs`.")] = False,
) -> None:
    """Keep the gateway running: a service of systemd, or of launchd on macOS.

    It is started with the machine or the login, started again when it fails, and left alone when
    carrel.toml has a fault. Exit status: that of systemctl with `status` and `logs`.
    """
    environ = places.environment()
    match what:
        case What.INSTALL:
            install(environ, system=system, linger=linger)
        case What.UNINSTALL:
            gone = host(environ, system=system).uninstall()
            typer.echo("The service is gone." if gone else "There is no service.")
        case What.STATUS:
            raise typer.Exit(host(environ, system=system).status())
        case What.LOGS:
            raise typer.Exit(host(environ, system=system).show_logs(follow=follow))


def install(environ: Mapping[str, str], *, system: bool, linger: bool | None) -> None:
    """Install it and start it, and say what it cannot know. Raises ConfigError, Unavailable."""
    from carrel.settings.loading import load

    home = _home(environ, system=system)
    grace = load(home, environ).gateway.grace_seconds
    chosen = host(environ, system=system)
    _warn(home, environ)
    chosen.install(_spec(home, environ, grace, system=system))
    typer.secho(f"Installed and started: {chosen.file}", fg="green")
    typer.echo("How it is: carrel status, carrel service status, carrel service logs")
    if not system and sys.platform != "darwin":
        _linger(linger)


def host(environ: Mapping[str, str], *, system: bool) -> Systemd | Launchd:
    """Who keeps services here."""
    if sys.platform == "darwin":
        from carrel.cli.services.launchd import Launchd

        if system:
            raise ConfigError("On macOS the service is yours alone; leave out --system.")
        agents = places.login_home(environ) / "Library/LaunchAgents"
        return Launchd(agents, places.home_of(environ) / "logs")
    from carrel.cli.services.systemd import SYSTEM_UNITS, Systemd

    given = environ.get("XDG_CONFIG_HOME")
    own = Path(given) if given else places.login_home(environ) / ".config"
    return Systemd(SYSTEM_UNITS if system else own / "systemd/user", system)


def _home(environ: Mapping[str, str], *, system: bool) -> Path:
    """The home; under sudo that of the user who calls, not root's."""
    caller = environ.get("SUDO_USER")
    if system and caller and "CARREL_HOME" not in environ:
        return Path(f"~{caller}").expanduser() / ".carrel"
    return places.home_of(environ)


def _spec(home: Path, environ: Mapping[str, str], grace: float, *, system: bool) -> Spec:
    from carrel.cli.services.systemd import owner_of
    from carrel.cli.services.units import Spec

    kept = {name: environ[name] for name in KEPT if environ.get(name)}
    command = (sys.executable, "-m", "carrel", "up", "--no-demo")
    user = owner_of(home) if system else None
    return Spec(command, home, {"CARREL_HOME": str(home), **kept}, grace, user)


def _warn(home: Path, environ: Mapping[str, str]) -> None:
    """A service sees nothing of what a shell exports."""
    lacking = [
        name
        for name in (*LOGINS, *_tokens())
        if environ.get(name) and name not in places.kept(home)
    ]
    for name in lacking:
        file = home / places.ENVIRONMENT_FILE
        typer.secho(f"{name} is set in this shell only; a service does not see it.", fg="yellow")
        typer.echo(f"  Write it as a line {name}=... into {file} (mode 0600).")


def _tokens() -> Iterator[str]:
    """The variables that platforms read their secrets from."""
    from carrel.setting_up import networks

    for _, guide in networks.guides().values():
        yield from (secret.variable for secret in guide.secrets)


def _linger(wanted: bool | None) -> None:
    from carrel.cli.services import systemd

    user = systemd.me()
    if systemd.lingers(user):
        return
    if wanted is None and sys.stdin.isatty():
        wanted = typer.confirm(LINGER, default=True)
    if wanted:
        try:
            systemd.linger(user)
        except CarrelError as error:
            typer.secho(str(error), fg="yellow")
        else:
            return
    typer.echo(f"It ends when you log out; to change that: sudo loginctl enable-linger {user}")
