"""How the project stands that a session works on, for the line below its answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from carrel.core import view
from carrel.core.errors import CarrelError
from carrel.core.events import Answered, EngineEvent, TurnEnded
from carrel.ports.workspace import Workspace
from carrel.ports.worktrees import Worktrees

PATIENCE = 2.0
"""Seconds that an answer may wait for it: git looks at every file of the project."""

log = structlog.get_logger(__name__)


class ProjectWork:
    """Of one session. `space`: the workspace that its engine was opened in."""

    def __init__(self, worktrees: Worktrees | None) -> None:
        self._worktrees = worktrees
        self.space: Workspace | None = None

    async def told_with(self, event: EngineEvent) -> EngineEvent:
        """The same event; one that is an answer says how the project stands."""
        match event:
            case Answered() | TurnEnded(reason="done" | "stopped"):
                return replace(event, work=await self.standing())
            case _:
                return event

    async def standing(self) -> str:
        """Project, branch and changes; less where it is not known in time, nothing without one."""
        space = self.space
        if space is None or space.project is None:
            return ""
        name = space.project.name
        if self._worktrees is None:
            return view.work(name, "", 0)
        try:
            async with asyncio.timeout(PATIENCE):
                state = await self._worktrees.state(space)
        except (CarrelError, OSError, TimeoutError) as error:
            log.info("no word on a project's work", session=space.key, error=str(error))
            return view.work(name, "", 0)
        except Exception:
            log.exception("no word on a project's work", session=space.key)
            return view.work(name, "", 0)
        return view.work(name, state.branch, state.changed + state.untracked)
