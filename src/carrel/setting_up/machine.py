"""What this machine has, and what it lacks."""

from __future__ import annotations

import platform
from collections.abc import Mapping

from carrel.core.errors import CarrelError, ConfigError
from carrel.ports.platform import Finding
from carrel.settings import places

KEY = "ANTHROPIC_API_KEY"


def python() -> Finding:
    """Which Python this is."""
    return Finding("Python", well=True, said=platform.python_version())


async def walls() -> Finding:
    """Whether the strict walls can be built here."""
    from carrel.workspaces.walls import Walls

    try:
        await Walls(()).check()
    except CarrelError as error:
        return Finding("Walls", well=False, said="they cannot be built", mend=str(error))
    return Finding("Walls", well=True, said="strict, by bubblewrap")


def login(environ: Mapping[str, str]) -> Finding:
    """Whether the agent program is logged in, and how."""
    from carrel.engines.claude.login import ADVICE, find_login

    kind = find_login(environ, places.login_home(environ)).kind
    if kind == "none":
        return Finding("Claude", well=False, said="no login", mend=ADVICE)
    return Finding("Claude", well=True, said=f"logged in ({kind})")


def api_key(key: str) -> str:
    """A key that a line can hold. Raises ConfigError for anything else: that was no key."""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("That is no API key; it is one word, as the console of the API shows it.")
    return key
