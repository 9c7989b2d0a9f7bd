"""A session's own copy of a project: it borrows the project's objects, and shares nothing else."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from carrel.core.errors import Refused
from carrel.ports.workspace import Project, Workspace
from carrel.workspaces.git import Git, Place
from carrel.workspaces.projects import borrowed, objects, repository

FOLDER = "worktrees"
UPSTREAM = "refs/remotes/project/"
PINS = "refs/carrel/"
HASH_KEPT = 8
HASH = 20
NOBODY = ("Carrel", "carrel@localhost")
MAKE = """
git init -q --template= --object-format="$FORMAT" -b "$BRANCH" .
printf '%s\\n' "$OBJECTS" > .git/objects/info/alternates
git config user.name "$NAME"
git config user.email "$MAIL"
git update-ref "$UPSTREAM$BASE" "$COMMIT"
git reset -q --hard "$COMMIT"
mkdir -p .claude
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A session's copy and where it comes from. `base`: the project's branch, by its short name."""

    root: Path
    work: Path
    project: Project
    base: str

    @property
    def branch(self) -> str:
        """The session's branch: a readable name, and enough of a hash to be its own."""
        return f"carrel/{self.root.name[: HASH_KEPT - HASH]}"

    @property
    def pins(self) -> str:
        """Where the project keeps what the copy borrows from being swept away."""
        return f"{PINS}{self.root.name}/"

    @property
    def inside(self) -> Place:
        """The copy, to look at. Only there may git meet what a session wrote."""
        return Place(self.work, objects(repository(self.project) / "objects"))

    @property
    def outside(self) -> Place:
        """The project, to write."""
        return Place(self.project.path, borrowed(self.project.path), writes=True)


def copy_of(space: Workspace, project: Project) -> Copy:
    """The session's copy of a project, as it was made; Refused if it was not."""
    note = _note(space.root, project)
    if not note.is_file():
        raise Refused(f"This session has no worktree of {project.name} yet.")
    return Copy(space.root, _work(space.root, project), project, note.read_text("utf-8"))


def forget(copy: Copy) -> None:
    """Let the next asking make a new copy."""
    _note(copy.root, copy.project).unlink(missing_ok=True)


async def opened(git: Git, space: Workspace, project: Project) -> Workspace:
    """The workspace in the session's own copy, made if it is not there; by one caller at a time."""
    source = repository(project)
    work = _work(space.root, project)
    if not (work.is_dir() and _note(space.root, project).is_file()):
        await _make(git, space.root, project)
    elif not _is_pinned(source, space.root):
        await _pin_anew(git, copy_of(space, project))
    claude = work / ".claude"
    if claude.is_symlink() or (claude.exists() and not claude.is_dir()):
        raise Refused(f".claude of {project.name} must be a real folder; a link cannot be guarded.")
    claude.mkdir(exist_ok=True)
    return replace(
        space,
        work=work,
        kind="worktree",
        project=project,
        guarded=(claude,),
        shown=objects(source / "objects"),
    )


async def _make(git: Git, root: Path, project: Project) -> None:
    (root / FOLDER).mkdir(mode=0o700, exist_ok=True)
    for left in (root / FOLDER).glob(f".{project.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    draft = root / FOLDER / f".{project.name}-{secrets.token_hex(4)}"
    copy = Copy(root, draft, project, await _base(git, project))
    commit = await tip(git, copy)
    name, mail = await identity(git, project)
    await pin(git, copy, commit)
    variables = {"BRANCH": copy.branch, "BASE": copy.base, "COMMIT": commit, "UPSTREAM": UPSTREAM}
    known = {"NAME": name, "MAIL": mail, "FORMAT": "sha1" if len(commit) == 40 else "sha256"}  # noqa: PLR2004 - hex digits
    place = replace(copy.inside, writes=True)
    lender = {"OBJECTS": str(place.shown[0])}
    draft.mkdir(mode=0o700)
    try:
        said = await git.script(place, MAKE, {**variables, **known, **lender})
        said.checked(f"make a worktree of {project.name}")
        _put(draft, copy)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, copy: Copy) -> None:
    """The note comes last: without it the copy counts as not made."""
    work = _work(copy.root, copy.project)
    if work.exists():
        work.rename(draft.with_name(f"{work.name}-left-{secrets.token_hex(4)}"))
    draft.rename(work)
    _note(copy.root, copy.project).write_text(copy.base, "utf-8")


async def _base(git: Git, project: Project) -> str:
    if project.branch is not None:
        return project.branch
    place = Place(project.path, borrowed(project.path))
    said = await git.run(place, "symbolic-ref", "-q", "--short", "HEAD")
    if said.status != 0:
        raise Refused(f"No branch is checked out in {project.path}; say `branch` in carrel.toml.")
    return said.text


async def tip(git: Git, copy: Copy) -> str:
    """The commit that the base is at; Refused if there is none."""
    place = replace(copy.outside, writes=False)
    name = f"refs/heads/{copy.base}^{{commit}}"
    said = await git.run(place, "rev-parse", "--verify", "-q", name)
    if said.status != 0:
        raise Refused(f"{copy.project.name} has no branch {copy.base} with a commit.")
    return said.text


async def pin(git: Git, copy: Copy, commit: str) -> None:
    """Keep `commit` in the project for as long as the copy may need it."""
    said = await git.run(copy.outside, "update-ref", f"{copy.pins}{commit}", commit)
    said.checked("keep the worktree's base")


async def _pin_anew(git: Git, copy: Copy) -> None:
    """A copy that came from another host borrows from the project of this one."""
    place, base = copy.inside, f"{UPSTREAM}{copy.base}^{{commit}}"
    said = await git.run(place, "rev-parse", "--verify", "-q", base)
    if said.status != 0:
        raise Refused(
            f"{copy.project.path} lacks the commits that this session's copy of "
            f"{copy.project.name} began from; fetch them there."
        )
    await pin(git, copy, said.text)


def _is_pinned(source: Path, root: Path) -> bool:
    """Whether the project keeps anything for the session, without a git to ask."""
    name, packed = f"{PINS}{root.name}", source / "packed-refs"
    is_packed = packed.is_file() and f" {name}/" in packed.read_text("utf-8", "replace")
    return is_packed or (source / name).is_dir()


async def unpin(git: Git, copy: Copy) -> None:
    """The copy needs nothing of the project any more."""
    listed = await git.run(copy.outside, "for-each-ref", "--format=%(refname)%00", copy.pins)
    for name in (field.strip() for field in listed.fields):
        if name:
            await git.run(copy.outside, "update-ref", "-d", name)


async def refresh(git: Git, copy: Copy) -> str:
    """Show the base's newest state to the session; returns the name it has there."""
    commit = await tip(git, copy)
    await pin(git, copy, commit)
    place = replace(copy.inside, writes=True)
    said = await git.run(place, "update-ref", f"{UPSTREAM}{copy.base}", commit)
    said.checked("show the base to the session")
    return f"project/{copy.base}"


async def identity(git: Git, project: Project) -> tuple[str, str]:
    """Who commits: the person whose project it is, as their own git knows them."""
    name = await git.outside(project.path, "config", "--get", "user.name")
    mail = await git.outside(project.path, "config", "--get", "user.email")
    return (name.text, mail.text) if name.text and mail.text else NOBODY


def _work(root: Path, project: Project) -> Path:
    return root / FOLDER / project.name


def _note(root: Path, project: Project) -> Path:
    return root / FOLDER / f"{project.name}.base"
