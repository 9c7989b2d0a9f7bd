"""Workspaces as folders of this host, one below another, each inside walls of its own."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from carrel.core.errors import Refused
from carrel.core.messages import File
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.core.routing import Binding
from carrel.ports.workspace import Isolation, Project, Workspace
from carrel.workspaces import copies, files, jail, leftovers, projects, trash, trees
from carrel.workspaces.git import Git
from carrel.workspaces.walls import Walls

FOLDERS = ("work", "memory", "inbox", "outbox", "engine", "tmp")
PRIVATE = 0o700
NO_PROJECTS: Mapping[str, Project] = MappingProxyType({})


class FolderWorkspaces:
    """Implements `carrel.ports.workspace.Workspaces`.

    `sessions` holds a folder for each session; the trash lies beside it. `masked` are files and
    folders that no session may see, wherever they lie. `max_file`: how many bytes a file may have
    that a session sends out. `projects`: what sessions may be bound to, by name. `epoch`: where
    hosts share the folder, the number of this one's lead; a lower one starts nothing any more.
    """

    def __init__(
        self,
        sessions: Path,
        isolation: Isolation,
        masked: tuple[Path, ...],
        max_file: int,
        projects: Mapping[str, Project] = NO_PROJECTS,
        epoch: int = 0,
    ) -> None:
        self._sessions = sessions.absolute()
        self._trash = self._sessions.with_name("trash")
        self._isolation = isolation
        self._max_file = max_file
        self._walls = Walls(masked, epoch)
        self._projects = projects
        self._git = Git(isolation)
        self._copying = asyncio.Lock()

    async def prepare(self, key: SessionKey, bound: Binding | None = None) -> Workspace:
        """The session's folders; raises Refused when its walls cannot be built on this host."""
        if self._isolation == "strict":
            await self._walls.check()
        space = await asyncio.to_thread(self._prepare, key)
        return space if bound is None else await self._bound(space, bound)

    def walled(
        self,
        workspace: Workspace,
        program: Path,
        read_only: tuple[Path, ...],
        environment: tuple[str, ...] = (),
        *,
        terminal: bool = False,
    ) -> Path:
        """An executable that runs `program` inside the session's walls, with its arguments."""
        return self._walls.launcher(workspace, program, read_only, environment, terminal=terminal)

    async def bring_in(self, workspace: Workspace, name: str) -> Path:
        """An empty file of the inbox, with a safe and unused name, to be written over."""
        return await asyncio.to_thread(files.reserve, workspace.inbox, name)

    async def copy(self, source: Workspace, target: Workspace) -> None:
        """Give `target` what `source` holds."""
        await asyncio.to_thread(_copy, source, target)

    async def discard(self, key: SessionKey) -> None:
        """Move the session's folders to the trash."""
        await asyncio.to_thread(trash.throw, self._sessions / folder_name(key), self._trash)

    async def end_leftovers(self) -> int:
        """End what is left of walls that were never finished."""
        return await asyncio.to_thread(leftovers.end, self._sessions)

    async def empty_trash(self, before: float) -> int:
        """Delete for ever what was put in the trash before `before` (unix seconds)."""
        return await asyncio.to_thread(trash.empty, self._trash, before)

    async def send_out(self, workspace: Workspace, path: str, caption: str) -> File:
        """Copy a file of the session's own to its outbox; Refused for anything else."""
        return await asyncio.to_thread(files.copy_out, workspace, path, caption, self._max_file)

    async def _bound(self, space: Workspace, bound: Binding) -> Workspace:
        project = self._projects.get(bound.project)
        if project is None:
            raise Refused(f"There is no project {bound.project} any more; see carrel.toml.")
        if bound.kind == "project":
            return await projects.opened(self._git, space, project)
        async with self._copying:
            return await copies.opened(self._git, space, project)

    def _prepare(self, key: SessionKey) -> Workspace:
        self._sessions.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        root = self._sessions.resolve() / folder_name(key)
        _make(root)
        _record(root / "session", key)
        work, memory, inbox, outbox, engine, tmp = (root / name for name in FOLDERS)
        workspace = Workspace(key, root, work, memory, inbox, outbox, engine, tmp, self._isolation)
        for folder in (work, memory, inbox, outbox, engine, tmp):
            _make(folder)
        for folder in jail.covered(workspace) if self._isolation == "strict" else ():
            _clear_link(folder)
            _make(folder)
        return workspace


def _copy(source: Workspace, target: Workspace) -> None:
    """Settings of the engine among the files stay behind: walls keep them empty there."""
    pairs = [(source.memory, target.memory), (source.inbox, target.inbox)]
    if source.kind == target.kind == "private":
        pairs.append((source.work, target.work))
    with files.full_disk():
        for old, new in pairs:
            trees.copy(old, new, frozenset({(".claude",)}) if old == source.work else frozenset())


def _make(folder: Path) -> None:
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise Refused(f"{folder} is no folder; move it away.")
    if stat.S_IMODE(found.st_mode) != PRIVATE:
        folder.chmod(PRIVATE)


def _clear_link(folder: Path) -> None:
    # The session can write where this one stands, and a link would lead the walls astray.
    if folder.is_symlink() or folder.is_file():
        folder.unlink()


def _record(path: Path, key: SessionKey) -> None:
    """Write the session's key once, whole or not at all; Refused if the folder is another's."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    if not path.exists():
        draft.write_text(key, encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.read_text(encoding="utf-8") != key:
        raise Refused(f"{path.parent} belongs to another session; move it away.")
