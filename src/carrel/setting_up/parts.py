"""What a platform is looked at with while nothing of it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from carrel.ports.platform import PlatformParts
from carrel.runtime.clock import SystemClock


def parts_of(
    name: str,
    home: Path,
    environ: Mapping[str, str],
    hide: Callable[[str], None] = lambda _: None,
) -> PlatformParts:
    """The parts of the platform with that name. No file is fetched, and nothing is logged."""
    folder = home / "platforms" / name
    return PlatformParts(folder, home, SystemClock(), 0, environ, hide)
