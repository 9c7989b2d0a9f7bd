"""What becomes of a changed `carrel.toml` while the gateway runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """A look at a file that has changed. Keys as `table.key`.

    `fault`: why nothing of it was taken; then nothing else is set.
    """

    in_force: tuple[str, ...] = ()
    after_restart: tuple[str, ...] = ()
    fault: str = ""

    @property
    def sentence(self) -> str:
        """All of it, for people."""
        if self.fault:
            return f"carrel.toml has a fault, and what it said before stays in force: {self.fault}"
        now = f" In force now: {', '.join(self.in_force)}." if self.in_force else ""
        return f"carrel.toml was read again.{now} {self.later}".rstrip()

    @property
    def later(self) -> str:
        """What waits for a restart, if anything does."""
        if not self.after_restart:
            return ""
        return f"These need a restart of Carrel: {', '.join(self.after_restart)}."


class LiveFile(Protocol):
    """Settings that are read again when their file changes. Blocking; look from a thread."""

    def look(self) -> Change | None:
        """What has changed since the last look; None: nothing, or it is just being written."""
        ...
