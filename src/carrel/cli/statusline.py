"""`carrel statusline`."""

from __future__ import annotations

import json
import shlex
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from carrel import durable
from carrel.cli.boxes import boxed, clean, dim
from carrel.cli.control import Control
from carrel.core.errors import CarrelError, ConfigError, Refused
from carrel.settings import places

PATIENCE = 1.0
"""Seconds that a gateway may take to answer; the line is drawn anew in a moment."""

WIDEST, NARROWEST = 76, 24
OWN_ENDING = ("-m", "carrel", "statusline")
DOWN = "carrel: not running"

MINUTE, HOUR, DAY = 60, 3600, 86_400


class What(StrEnum):
    """What can be done with the status line."""

    SHOW = "show"
    INSTALL = "install"
    UNINSTALL = "uninstall"


def command(
    what: Annotated[What, typer.Argument(help="What to do.")] = What.SHOW,
) -> None:
    """Show the gateway in Claude Code's status line: what runs, waits, comes next, and costs.

    `show` reads what Claude Code gives on standard input. `install` writes itself into Claude
    Code's settings, and never over a status line that is not its own.
    """
    environ = places.environment()
    match what:
        case What.SHOW:
            told = "" if sys.stdin.isatty() else sys.stdin.read()
            typer.echo(shown(told, places.home_of(environ), _columns(environ.get("COLUMNS", ""))))
        case What.INSTALL:
            file = settings_file(environ)
            typer.echo(f"It is in {file}." if install(file) else f"It was in {file} already.")
        case What.UNINSTALL:
            file = settings_file(environ)
            typer.echo(f"It is out of {file}." if uninstall(file) else f"It is not in {file}.")


def shown(told: str, home: Path, columns: int) -> str:
    """The box, or one line if no gateway answers. `told`: Claude Code's JSON."""
    try:
        glance = Control(home, PATIENCE).get("/glance")
    except (CarrelError, ValueError):
        return DOWN
    return boxed("carrel", list(_lines(glance, _told(told), time.time())), columns)  # noqa: TID251 - a terminal's clock


def _lines(glance: Any, claude: str, now: float) -> list[str]:
    networks = " · ".join(clean(f"{name} {state}") for name, state in glance["platforms"])
    lines = [f"{glance['running']} running · {glance['waiting']} waiting · {networks}"]
    if glance["next_at"] is not None:
        after = _span(glance["next_at"] - now)
        lines.append(f"next {clean(glance['next_job'])} {dim(f'in {after}')}")
    turns = "1 turn" if glance["turns"] == 1 else f"{glance['turns']} turns"
    lines.append(f"today ${glance['cost']:.2f} {dim(f'in {turns}')}")
    return [*lines, dim(claude)] if claude else lines


def _span(seconds: float) -> str:
    """A length of time in its largest two units, at most."""
    left = max(int(seconds), 0)
    if left < HOUR:
        return f"{-(-left // MINUTE)} min"
    if left < DAY:
        return f"{left // HOUR} h {left % HOUR // MINUTE} min"
    return f"{left // DAY} d {left % DAY // HOUR} h"


def _told(text: str) -> str:
    """The terminal's own model and folder; nothing of what cannot be read."""
    try:
        told = json.loads(text)
        model, folder = told["model"]["display_name"], told["workspace"]["current_dir"]
        return clean(f"{model} · {Path(folder).name}")
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _columns(text: str) -> int:
    return min(max(int(text), NARROWEST), WIDEST) if text.isdecimal() else WIDEST


def settings_file(environ: Any) -> Path:
    """Where Claude Code keeps a person's settings."""
    folder = environ.get("CLAUDE_CONFIG_DIR")
    return (Path(folder) if folder else places.login_home(environ) / ".claude") / "settings.json"


def install(file: Path) -> bool:
    """Write the status line into the settings; False if it is there already.

    Raises Refused, with nothing changed, where another one is.
    """
    settings = _read(file)
    line = {"type": "command", "command": shlex.join([sys.executable, *OWN_ENDING])}
    if settings.get("statusLine") == line:
        return False
    if "statusLine" in settings and not _is_own(settings["statusLine"]):
        raise Refused(
            f"{file} has a status line already, and it stays. To see both, let yours also run: "
            f"{line['command']}"
        )
    _write(file, {**settings, "statusLine": line})
    return True


def uninstall(file: Path) -> bool:
    """Take the status line out if it is Carrel's; whether it was."""
    settings = _read(file)
    if not _is_own(settings.get("statusLine")):
        return False
    del settings["statusLine"]
    _write(file, settings)
    return True


def _is_own(line: Any) -> bool:
    try:
        return tuple(shlex.split(line["command"]))[-3:] == OWN_ENDING
    except (TypeError, KeyError, ValueError, AttributeError):
        return False


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{file} cannot be read, and was left as it is: {error}.") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{file} is no JSON object, and was left as it is.")
    return found


def _write(file: Path, settings: dict[str, Any]) -> None:
    """In its place at once, where a link leads, and as private as it was."""
    real = file.resolve()
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        mode = real.stat().st_mode & 0o777 if real.exists() else 0o600
        text = json.dumps(settings, ensure_ascii=False, indent=2)
        durable.write(real, f"{text}\n".encode(), mode)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error
