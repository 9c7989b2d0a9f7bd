"""A unit of systemd: the user's own, or the system's."""

from __future__ import annotations

import os
import pwd
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from carrel.cli.services import units
from carrel.cli.services.files import changing, refuse_others
from carrel.cli.services.running import ask, need, show
from carrel.cli.services.units import NAME, Spec
from carrel.core.errors import ConfigError

SYSTEM_UNITS = Path("/etc/systemd/system")


@dataclass(frozen=True, slots=True)
class Systemd:
    """One of systemd's managers. `folder`: where its units lie."""

    folder: Path
    system: bool

    @property
    def file(self) -> Path:
        """The unit's file."""
        return self.folder / NAME

    def install(self, spec: Spec) -> None:
        """Write the unit and start it; a unit that runs already is started anew.

        Raises ConfigError for one that is somebody else's, Unavailable when it does not start.
        """
        with self._changing():
            refuse_others(self.file, units.assignment("CARREL_HOME", str(spec.home)))
        need(*self._ctl, "show", "--property=Version")  # without a manager no file is left behind
        with self._changing():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.file.write_text(units.systemd(spec), "utf-8")
        need(*self._ctl, "daemon-reload")
        need(*self._ctl, "enable", NAME)
        need(*self._ctl, "restart", NAME)

    def uninstall(self) -> bool:
        """Stop it and take it away; whether there was one."""
        if not self.file.exists():
            return False
        with self._changing():
            refuse_others(self.file)
        need(*self._ctl, "disable", "--now", NAME)
        with self._changing():
            self.file.unlink()
        need(*self._ctl, "daemon-reload")
        return True

    def status(self) -> int:
        """Show how it is."""
        return show(*self._ctl, "--no-pager", "status", NAME)

    def show_logs(self, *, follow: bool) -> int:
        """Show what the process printed."""
        scope = () if self.system else ("--user",)
        more = ("--follow",) if follow else ("--no-pager",)
        return show("journalctl", *scope, "--unit", NAME, "--lines", "200", *more)

    def _changing(self) -> AbstractContextManager[None]:
        return changing(self.file, "; run it with sudo" if self.system else "")

    @property
    def _ctl(self) -> tuple[str, ...]:
        return ("systemctl",) if self.system else ("systemctl", "--user")


def lingers(user: str) -> bool:
    """Whether a user's services run while the user is not logged in."""
    return ask("loginctl", "show-user", user, "--property=Linger") == (0, "Linger=yes")


def linger(user: str) -> None:
    """Let them run from the machine's start on. Raises Unavailable where that is not allowed."""
    need("loginctl", "enable-linger", user)


def owner_of(folder: Path) -> str:
    """Whose a folder is. Raises ConfigError when it is not there."""
    try:
        return pwd.getpwuid(folder.stat().st_uid).pw_name
    except (OSError, KeyError):
        raise ConfigError(f"{folder} is not there yet; run `carrel init` as its user.") from None


def me() -> str:
    """The name of the user who runs this."""
    return pwd.getpwuid(os.getuid()).pw_name
