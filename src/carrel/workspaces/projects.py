"""A session that works in a project's own folder: what of it stays as it is.

The whole of `.git` is read-only, not only its configuration and hooks: `.git/commondir` would make
another folder the repository, and an entry of the index would make git look into a folder that
brings a configuration of its own. Submodules and a folder of hooks among the files are as well.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

from carrel.core.errors import Refused
from carrel.ports.workspace import Project, Workspace
from carrel.workspaces.git import Git, Place

FIXED = (".git", ".claude")
SUBMODULES = """
git ls-files --stage -z > "$TMPDIR/index"
grep -z '^160000 ' "$TMPDIR/index" || :
"""


async def opened(git: Git, space: Workspace, project: Project) -> Workspace:
    """The workspace in the project's folder itself; Refused where that cannot be had."""
    if not project.path.is_dir():
        raise Refused(f"The project's folder {project.path} is not there.")
    deep = (*await _submodules(git, project.path), *await _hooks(git, project.path))
    fixed = (*(project.path / name for name in FIXED), *deep)
    if space.isolation == "strict":
        await asyncio.to_thread(_make, project.path, fixed)
    pinned = {above for path in deep for above in _above(project.path, path)}
    return replace(
        space,
        work=project.path,
        kind="project",
        project=project,
        guarded=fixed,
        pinned=tuple(sorted(pinned)),
    )


async def _submodules(git: Git, folder: Path) -> tuple[Path, ...]:
    """Folders into which a git of this repository looks, by its index."""
    if not (folder / ".git" / "HEAD").exists():
        return ()
    place = Place(folder, borrowed(folder))
    said = (await git.script(place, SUBMODULES, {})).checked("read the project's index")
    return tuple(folder / entry.partition("\t")[2] for entry in said.fields)


async def _hooks(git: Git, folder: Path) -> tuple[Path, ...]:
    """Folders of hooks, where a person's settings of git name some among the project's files."""
    said = await git.outside(folder, "config", "--type=path", "--get-all", "core.hooksPath")
    # the last is `Git.outside`'s own
    *named, _ = said.text.splitlines() or [""]
    found = (_hook_folder(folder / name) for name in named)
    return tuple(path for path in found if folder in path.parents)


def _hook_folder(path: Path) -> Path:
    path = Path(os.path.normpath(path))
    # husky names the folder of its own scripts, and they start those beside it
    return path.parent if path.name == "_" else path


def _above(folder: Path, path: Path) -> tuple[Path, ...]:
    return tuple(one for one in path.parents if one != folder and one.is_relative_to(folder))


def _make(folder: Path, fixed: tuple[Path, ...]) -> None:
    """See that each is there to be held fast, and is no link that leads elsewhere."""
    for path in fixed:
        for part in (*reversed(_above(folder, path)), path):
            if not part.is_symlink():
                part.mkdir(exist_ok=True)
            if part.is_symlink() or not part.is_dir():
                raise Refused(f"{part} must be a real folder; a link or a file cannot be guarded.")


def repository(project: Project) -> Path:
    """The project's repository; Refused if a worktree cannot be made of it."""
    found = project.path / ".git"
    if found.is_symlink() or not (found / "objects").is_dir():
        raise Refused(f"{project.path} is not the top of a git repository.")
    if (found / "shallow").exists():
        raise Refused(f"{project.path} has no whole history: run `git fetch --unshallow` there.")
    return found


def objects(folder: Path, deep: int = 5) -> tuple[Path, ...]:
    """A folder of objects and those that it borrows from, by their real paths."""
    folder = folder.resolve()
    lender = folder / "info" / "alternates"
    if deep == 0 or not lender.is_file():
        return (folder,)
    lines = lender.read_text(errors="replace").splitlines()
    lent = (folder / line for line in lines if line and not line.startswith("#"))
    return (folder, *(one for path in lent if path.is_dir() for one in objects(path, deep - 1)))


def borrowed(folder: Path) -> tuple[Path, ...]:
    """Objects outside of the project's folder without which git cannot read it."""
    return tuple(path for path in objects(folder / ".git" / "objects") if not _within(path, folder))


def _within(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder.resolve())
