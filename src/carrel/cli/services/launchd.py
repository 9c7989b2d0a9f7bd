"""A launch agent of macOS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from carrel.cli.services import units
from carrel.cli.services.files import changing, refuse_others
from carrel.cli.services.running import ask, need, show
from carrel.cli.services.units import LABEL, Spec


@dataclass(frozen=True, slots=True)
class Launchd:
    """The agents of this user. `logs`: where what the process prints goes."""

    folder: Path
    logs: Path

    @property
    def file(self) -> Path:
        """The property list."""
        return self.folder / f"{LABEL}.plist"

    def install(self, spec: Spec) -> None:
        """Write it and start it. Raises ConfigError for another's, Unavailable."""
        with changing(self.file):
            refuse_others(self.file, units.entry("CARREL_HOME", str(spec.home)))
            self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.mkdir(parents=True, exist_ok=True)
            self.file.write_bytes(units.launchd(spec, self.logs))
        ask("launchctl", "bootout", self._target)  # one that runs already
        need("launchctl", "bootstrap", self._domain, str(self.file))

    def uninstall(self) -> bool:
        """Stop it and take it away; whether there was one. Raises ConfigError for another's."""
        if not self.file.exists():
            return False
        with changing(self.file):
            refuse_others(self.file)
            ask("launchctl", "bootout", self._target)
            self.file.unlink()
        return True

    def status(self) -> int:
        """Show how it is."""
        return show("launchctl", "print", self._target)

    def show_logs(self, *, follow: bool) -> int:
        """Show what the process printed."""
        return show(
            "tail", "-n", "200", *(["-f"] if follow else []), str(self.logs / "service.log")
        )

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    @property
    def _target(self) -> str:
        return f"{self._domain}/{LABEL}"
