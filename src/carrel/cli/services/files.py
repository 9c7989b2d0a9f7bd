"""The file that tells the system of the service: whose it is, and what keeps it from being ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carrel.cli.services.units import MARK
from carrel.core.errors import ConfigError


def refuse_others(file: Path, serves: str = "") -> None:
    """Raise ConfigError for a file that people wrote, or that does not say `serves`.

    That is how it says which home it serves.
    """
    if not file.exists():
        return
    text = file.read_text("utf-8", errors="replace")
    if MARK not in text:
        raise ConfigError(f"{file} was not made by Carrel; move it away first.")
    if serves not in text:
        raise ConfigError(f"{file} serves another home; `carrel service uninstall` takes it away.")


@contextmanager
def changing(file: Path, mend: str = "") -> Iterator[None]:
    """Raise ConfigError, with the mend, where the disk forbids a change of the file."""
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{file} cannot be changed: {error.strerror}{mend}.") from error
