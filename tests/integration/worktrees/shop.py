"""A person's project with real git, and sessions bound to it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from carrel.core.model import BoundKind, SessionKey
from carrel.core.routing import Binding
from carrel.ports.workspace import Isolation, Project, Workspace
from carrel.testing.workspace_conformance import run
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.launcher import SYSTEM_PATH
from carrel.workspaces.worktrees import GitWorktrees

SHELL = Path("/bin/sh")
BEGIN = """
git init -q -b main
git config user.name Ada
git config user.email ada@example.org
printf 'one\\ntwo\\nthree\\n' > list
git add .
git commit -qm begin
"""


@dataclass
class Shop:
    """`mark` is where an attack shows that it ran: a place that no session can reach."""

    place: Path
    isolation: Isolation
    project: Project = field(init=False)
    workspaces: FolderWorkspaces = field(init=False)
    worktrees: GitWorktrees = field(init=False)

    def __post_init__(self) -> None:
        folder = self.place / "people" / "shop"
        folder.mkdir(parents=True)
        self.project = Project("shop", folder)
        sessions = self.place / "home" / "sessions"
        masked = (self.place / "home", self.place / "people")
        self.workspaces = FolderWorkspaces(
            sessions, self.isolation, masked, 1000, {"shop": self.project}
        )
        self.worktrees = GitWorktrees(sessions, self.isolation)
        self.mark.mkdir()

    @property
    def mark(self) -> Path:
        return self.place / "mark"

    @property
    def marked(self) -> bool:
        return any(self.mark.iterdir())

    async def begin(self, kind: BoundKind, key: str = "discord:1", script: str = "") -> Workspace:
        """A project with a commit, and a session bound to it."""
        if not (self.project.path / ".git").exists():
            await self.person(BEGIN + script)
        return await self.bind(kind, key)

    async def bind(self, kind: BoundKind, key: str = "discord:1") -> Workspace:
        return await self.workspaces.prepare(SessionKey(key), Binding("shop", kind))

    async def session(self, space: Workspace, script: str, **names: str) -> str:
        """What a script says that the session runs, whether it succeeds or not."""
        names |= {"MARK": str(self.mark), "SHOP": str(self.project.path), "WORK": str(space.work)}
        launcher = self.workspaces.walled(space, SHELL, (), tuple(names))
        environment = {**names, "PATH": SYSTEM_PATH}
        return (await run(launcher, script, space.work, environment))[1]

    async def person(self, script: str, cwd: Path | None = None) -> str:
        """What a person's own script says, in the project unless told otherwise."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.place),
            "LC_ALL": "C",
            "MARK": str(self.mark),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        process = await asyncio.create_subprocess_exec(
            *("sh", "-ec", script),
            cwd=cwd or self.project.path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode().strip()
        assert process.returncode == 0, said
        return said
