"""What the environment says, and where things lie. The only reader of the environment."""

from __future__ import annotations

import hashlib
import os
import resource
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from carrel.core.errors import ConfigError, Unavailable

LONGEST_SOCKET = 100
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder below it is checked to be our own

KEPT = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TERM",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "SSH_AUTH_SOCK",
    }
)
"""What may stay in the gateway's environment, and so reach its children. Nothing else does."""


ENVIRONMENT_FILE = "environment"


def environment() -> Mapping[str, str]:
    """The environment as it is now, as a copy, over what the home's own file adds to it.

    Raises ConfigError when that file is open to others or cannot be read.
    """
    own = dict(os.environ)  # noqa: TID251 - the only reader
    return MappingProxyType({**kept(home_of(own)), **own})


def kept(home: Path) -> Mapping[str, str]:
    """What the home's environment file says: `NAME=value`, a line each; # begins a comment.

    `export` before a line, as a shell has it, is let be. Raises ConfigError when the file is open
    to others or cannot be read.
    """
    file = home / ENVIRONMENT_FILE
    try:
        mode, text = stat.S_IMODE(file.stat().st_mode), file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    if mode & 0o077:
        raise ConfigError(f"{file} is open to others; close it with: chmod 600 {file}")
    lines = (line.strip().removeprefix("export ") for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def scrub() -> None:
    """Take out of this process's environment whatever its children have no need of."""
    for name in tuple(os.environ):  # noqa: TID251 - the only writer
        if name not in KEPT and not name.startswith("LC_"):
            del os.environ[name]  # noqa: TID251 - the only writer


def no_crash_dumps() -> None:
    """A dump of this process, or of a child, would hold every secret it knows."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def home_of(environ: Mapping[str, str]) -> Path:
    """`$CARREL_HOME`, or `~/.carrel`."""
    given = environ.get("CARREL_HOME")
    return Path(given).expanduser().absolute() if given else Path.home() / ".carrel"


def made_private(home: Path) -> None:
    """Make the home where there is none, and close it to others.

    Raises Unavailable where that cannot be: its disk is read-only, or it lies in another's folder.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.chmod(0o700)
    except OSError as error:
        why = error.strerror or str(error)
        raise Unavailable(f"The home {home} cannot be written: {why}.") from error


def login_home(environ: Mapping[str, str]) -> Path:
    """The home directory of the person who runs Carrel: the engine's own login lies there."""
    return Path(environ.get("HOME") or Path.home())


def control_socket(home: Path) -> Path:
    """Where the gateway of `home` listens for the command line.

    Below the home; where that is too long for a socket's name, in a folder of this user's own.
    """
    inside = home / "run" / "control.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return SHORT_FOLDER / f"carrel-{os.getuid()}" / f"{name}.sock"


def require_own(folder: Path) -> None:
    """Raise ConfigError unless `folder` is this user's, closed to everybody else."""
    found = folder.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigError(f"{folder} belongs to others or is open to them; remove it.")


def instructions(home: Path) -> str:
    """The house's own instructions, given to every session."""
    with suppress(FileNotFoundError):
        return (home / "CLAUDE.md").read_text("utf-8")
    return ""
