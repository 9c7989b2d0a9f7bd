"""`carrel.toml` is put in place of what was read, and of nothing else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from carrel import durable
from carrel.core.errors import ConfigError

CHANGED = "carrel.toml was changed meanwhile, so nothing was written. Look at it again."


def held(file: Path) -> str | None:
    """What it says now; None where it is not there. Raises OSError, or UnicodeDecodeError."""
    with suppress(FileNotFoundError):
        return file.read_text("utf-8")
    return None


def require(file: Path, before: str | None) -> None:
    """Raise ConfigError unless it still says what was read."""
    if held(file) != before:
        raise ConfigError(CHANGED)


def replace(file: Path, before: str | None, text: str) -> None:
    """Write the whole of it, or nothing where it does not say any more what was read.

    Raises ConfigError for that, and OSError.
    """
    require(file, before)
    durable.write(file, text.encode())
