"""The real-path guard of the file tools: what a session may read and write, links followed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carrel.ports.workspace import Workspace

WRITERS = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})
READERS = frozenset({"Read", "Glob", "Grep", "LS", "NotebookRead"})
TOOLS = "|".join(sorted(WRITERS | READERS))
PATHS = ("file_path", "notebook_path", "path")
SYSTEM = tuple(Path(name) for name in ("/usr", "/bin", "/lib", "/lib64", "/opt", "/etc/ssl"))


def objection(
    space: Workspace, tool: str, arguments: Mapping[str, object], hidden: tuple[Path, ...] = ()
) -> str | None:
    """Why a file tool may not touch its path, in one sentence; None if it may.

    `hidden`: what the program itself must see and the model must not, wherever it lies.
    """
    named = [str(arguments[name]) for name in PATHS if arguments.get(name)]
    return next((why for name in named if (why := _objection(space, tool, name, hidden))), None)


def _objection(space: Workspace, tool: str, name: str, hidden: tuple[Path, ...]) -> str | None:
    try:
        path = (space.work / Path(name).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError):
        return f"{name} is no usable path."
    if _below(path, hidden):
        return f"{name} holds a login and is not for you."
    if tool in WRITERS:
        return _write_objection(space, path)
    folders = (space.engine / "projects", space.engine / "plans", *space.shown)
    readable = (space.work, space.memory, space.inbox, space.tmp, *folders)
    if _below(path, readable) or _private_tmp(space, path) or _system(path):
        return None
    return f"{name} is outside this session: read from your working directory."


def _write_objection(space: Workspace, path: Path) -> str | None:
    plans = space.engine / "plans"
    writable = _below(path, (space.work, space.memory, space.tmp, plans))
    writable = writable or _private_tmp(space, path)
    if not writable:
        return f"{path} is outside this session: write below your working directory."
    parts = path.relative_to(space.work.resolve()).parts if _below(path, (space.work,)) else ()
    if ".claude" in parts:
        return "The .claude folder steers the engine itself and may not be written."
    if ".git" in parts:
        return "The .git folder says what git runs and may not be written; use git itself."
    if _below(path, space.guarded):
        return f"{path} is run by people's own programs and may not be written here."
    return None


def _private_tmp(space: Workspace, path: Path) -> bool:
    """Behind the walls `/tmp` is the session's own; without them it is everybody's."""
    return space.isolation == "strict" and path.is_relative_to("/tmp")  # noqa: S108 - as said


def _below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder.resolve()) for folder in folders)


def _system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in SYSTEM)
