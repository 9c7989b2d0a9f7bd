"""A conversation is bound to a project from the chat: `carrel.toml` says so from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from carrel.core.errors import ConfigError, Refused
from carrel.core.model import BoundKind
from carrel.settings.editing import Edits
from carrel.settings.live import LiveSettings

LATER = "It is written into carrel.toml, and holds after a restart: carrel.toml names new projects."


@dataclass(frozen=True, slots=True)
class Binder:
    """Writes what the operator would write. `take`: have what is in force now hold for all."""

    live: LiveSettings
    take: Callable[[], None]

    async def bind(self, address: str, project: str, kind: BoundKind) -> None:
        """An empty `project`: the conversation's own table names none any more.

        Raises Refused with nothing written where the file has a fault.
        """
        table = ("conversations", address)
        edits: Edits = {
            (*table, "project"): project,
            (*table, "workspace"): kind if project else "",
        }
        try:
            change = await asyncio.to_thread(self.live.change, edits)
        except ConfigError as error:
            raise Refused(f"carrel.toml cannot be changed: {error}") from error
        self.take()
        if "conversations" in change.after_restart:
            raise Refused(LATER)
