"""Tells a session that another one has just written the file that it is about to write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carrel.core.writers import Claim, Writers
from carrel.engines.claude import walls
from carrel.ports.clock import Clock
from carrel.ports.workspace import Workspace


class Sharing:
    """What the sessions of one engine kind write in the folders that they share."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._writers = Writers()

    def objection(self, space: Workspace, tool: str, arguments: Mapping[str, object]) -> str | None:
        """What the session must hear first; None when it may write. It is told once each time.

        Only the folder of a `project` workspace is shared; every other is the session's own.
        """
        if space.kind != "project" or tool not in walls.WRITERS:
            return None
        named = str(arguments.get("file_path") or arguments.get("notebook_path") or "")
        path = str((space.work / Path(named)).resolve())
        claim = Claim(space.key, path, self._clock.now())
        mine = self._writers.claims.get((path, space.key))
        others = self._writers.others(claim)
        self._writers = self._writers.claimed(claim)
        if not others or (mine is not None and mine.at > others[0].at):
            return None
        ago = max(round((claim.at - others[0].at) / 60), 1)
        return (
            f"Another session wrote this file within the last {ago} min, or is about to. Read it "
            "again and see whether your change still fits; then it may be written."
        )
