"""Runs `carrel` for the proofs: its clock can be set from outside, and patches may break it.

`python -m proofs.starter [--with=FILE …] COMMAND…`. The file `clock` in the home holds seconds that
are added to the time of day; nothing there adds nothing. The file `lines` says, by the address of
another host, which one to connect to instead. A patch is a Python file with a function `apply()`,
called before Carrel starts.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from carrel.runtime.clock import SystemClock
from carrel.settings import places

CLOCK, LINES = "clock", "lines"


def main() -> None:
    """Bend what is to be bent, then be `carrel`."""
    patches = [word.removeprefix("--with=") for word in sys.argv if word.startswith("--with=")]
    sys.argv = [word for word in sys.argv if not word.startswith("--with=")]
    home = places.home_of(places.environment())
    set_clock_by(home / CLOCK)
    connect_by(home / LINES)
    for path in patches:
        load(Path(path))
    from carrel.__main__ import main as carrel

    carrel()


def set_clock_by(file: Path) -> None:
    """Let the time of day be ahead by what the file says, from the next look at the clock on."""
    true = SystemClock.now

    def now(self: SystemClock) -> float:
        try:
            return true(self) + float(file.read_text())
        except (OSError, ValueError):
            return true(self)

    SystemClock.now = now  # type: ignore[method-assign] # this is what the starter is for


def connect_by(file: Path) -> None:
    """Let this host reach the others as the file says, if there is one."""
    if not file.exists():
        return
    from carrel.engines.elsewhere import link, wire

    lines, dial = json.loads(file.read_text()), wire.dial

    async def by_line(address: str, certificate: str, seconds: float) -> wire.Wire:
        return await dial(lines.get(address, address), certificate, seconds)

    link.dial = by_line  # type: ignore[attr-defined] # where it is called


def load(path: Path) -> None:
    """Apply one patch."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.apply()


if __name__ == "__main__":
    main()
