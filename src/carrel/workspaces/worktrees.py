"""What becomes of a session's work on a project. Implements `carrel.ports.worktrees.Worktrees`."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from carrel.core.errors import Refused
from carrel.ports.workspace import Isolation, Workspace
from carrel.ports.worktrees import (
    DIFF_BYTES,
    Conflicting,
    Diff,
    Merge,
    NothingToMerge,
    Pushed,
    State,
)
from carrel.workspaces import copies, trash
from carrel.workspaces.copies import Copy
from carrel.workspaces.git import Git, Place
from carrel.workspaces.joining import collected, joined
from carrel.workspaces.projects import borrowed

STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--ignore-submodules=all")
MOVED = "2 "
CHANGED = ("1 ", MOVED, "u ")
NEW = "? "
HEAD = "# branch.head "
DIFFERENCE = """
cp .git/index "$TMPDIR/index" || :
mkdir "$TMPDIR/objects"
export GIT_INDEX_FILE="$TMPDIR/index" GIT_OBJECT_DIRECTORY="$TMPDIR/objects"
export GIT_ALTERNATE_OBJECT_DIRECTORIES="$PWD/.git/objects" GIT_LITERAL_PATHSPECS=1
git ls-files --others --exclude-standard -z | sed -z 's|^|./|' |
    xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 -size -16384 -print0' sh |
    git add -N --ignore-errors --pathspec-from-file=- --pathspec-file-nul 2> /dev/null || :
left=$(git merge-base "$COMMIT" HEAD || echo "$COMMIT")
git diff --no-color --no-ext-diff --no-textconv --ignore-submodules=all --no-renames "$left" -- "$@"
"""
LOGIN = re.compile(r"(?<=//)[^/@\s]*@")


class GitWorktrees:
    """`sessions`: where sessions lie; the trash is beside it."""

    def __init__(self, sessions: Path, isolation: Isolation) -> None:
        self._trash = sessions.absolute().with_name("trash")
        self._git = Git(isolation)
        self._joining: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def state(self, workspace: Workspace) -> State:
        """How the work stands against its base."""
        if workspace.kind == "project":
            said = await self._git.run(_own_folder(workspace), *STATUS)
            return _state(said.checked("look at the project").fields, "", (0, 0))
        copy = _copy(workspace)
        said = await self._git.run(copy.inside, *STATUS)
        fields = said.checked("look at the worktree").fields
        return replace(_state(fields, copy.base, await self._distance(copy)), branch=copy.branch)

    async def diff(
        self, workspace: Workspace, paths: tuple[str, ...] = (), limit: int = DIFF_BYTES
    ) -> Diff:
        """What the work changes, as a unified diff."""
        if workspace.kind == "project":
            place, commit = _own_folder(workspace), "HEAD"
        else:
            copy = _copy(workspace)
            place, commit = copy.inside, await copies.tip(self._git, copy)
        said = await self._git.script(place, DIFFERENCE, {"COMMIT": commit}, *paths, limit=limit)
        text = said.checked("compare the work").out.decode(errors="replace")
        return Diff(text[: text.rfind("\n") + 1] if said.cut else text, said.cut)

    async def merge(self, workspace: Workspace) -> Merge:
        """Bring the committed work into the base."""
        copy = _copy(workspace)
        async with self._joining[copy.project.name]:
            state = await self.state(workspace)
            if state.dirty:
                raise Refused(f"{_uncommitted(state)}; let the agent commit first.")
            if state.merged:
                return NothingToMerge(copy.branch, copy.base)
            await collected(self._git, copy)
            outcome = await joined(self._git, copy)
            upstream = await copies.refresh(self._git, copy)
        if isinstance(outcome, Conflicting):
            return replace(outcome, upstream=upstream)
        return outcome

    async def push(self, workspace: Workspace) -> Pushed:
        """Bring the committed work to the project's `origin`, as a branch of its own."""
        copy = _copy(workspace)
        async with self._joining[copy.project.name]:
            if (await self._distance(copy))[1] == 0:
                raise Refused(f"There is nothing to push: {copy.base} has every commit already.")
            remote = await self._remote(copy)
            await collected(self._git, copy)
            name = f"refs/heads/{copy.branch}"
            options = ("--porcelain", "--no-verify", "--recurse-submodules=no")
            said = await self._git.outside(
                copy.project.path, "push", *options, "origin", f"{name}:{name}"
            )
        if said.status != 0:
            raise Refused(f"Git could not push: {_why(said.text, said.complaint)}")
        return Pushed(copy.branch, LOGIN.sub("", remote))

    async def discard(self, workspace: Workspace, *, force: bool = False) -> None:
        """Move the copy to the trash."""
        copy = _copy(workspace)
        if not force:
            state = await self.state(workspace)
            if state.dirty or not state.merged:
                raise Refused(f"{_unmerged(state)}; nothing was removed.")
        await asyncio.to_thread(_throw, copy, self._trash)
        if not force:
            await copies.unpin(self._git, copy)

    async def _distance(self, copy: Copy) -> tuple[int, int]:
        """How many commits only the base has, and how many only the work."""
        commit = await copies.tip(self._git, copy)
        words = ("rev-list", "--left-right", "--count", f"{commit}...HEAD", "--")
        said = await self._git.run(copy.inside, *words)
        behind, ahead = said.checked("compare the worktree with its base").text.split()
        return int(behind), int(ahead)

    async def _remote(self, copy: Copy) -> str:
        words = ("remote", "get-url", "--push", "origin")
        said = await self._git.outside(copy.project.path, *words)
        if said.status != 0:
            raise Refused(f"{copy.project.name} has no remote `origin` to push to.")
        if "::" in said.text.partition("/")[0]:
            raise Refused(
                "The remote `origin` is reached by a program of its own; push it yourself."
            )
        return said.text


def _copy(workspace: Workspace) -> Copy:
    if workspace.kind != "worktree" or workspace.project is None:
        raise Refused("This session has no worktree.")
    return copies.copy_of(workspace, workspace.project)


def _own_folder(workspace: Workspace) -> Place:
    return Place(workspace.work, borrowed(workspace.work))


def _state(fields: tuple[str, ...], base: str, distance: tuple[int, int]) -> State:
    """Read `git status`: a field an entry, and one more after an entry that moved."""
    branch, changed, untracked = "", 0, 0
    entries = iter(fields)
    for entry in entries:
        changed += entry.startswith(CHANGED)
        untracked += entry.startswith(NEW)
        if entry.startswith(HEAD):
            branch = entry.removeprefix(HEAD)
        if entry.startswith(MOVED):
            next(entries, None)
    behind, ahead = distance
    return State(branch, base, ahead, behind, changed, untracked)


def _uncommitted(state: State) -> str:
    return f"{state.changed} changed and {state.untracked} new files are not committed"


def _unmerged(state: State) -> str:
    commits = f"{state.ahead} commits of {state.branch} are not in {state.base}"
    faults = ([_uncommitted(state)] if state.dirty else []) + ([] if state.merged else [commits])
    return " and ".join(faults)


def _why(said: str, complaint: str) -> str:
    lines = [*said.splitlines(), *complaint.splitlines()]
    telling = [line for line in lines if "rejected]" in line]
    telling += [line for line in lines if line.startswith(("fatal", "error", "ssh", "remote"))]
    return LOGIN.sub("", next(iter(telling), "it did not say why"))[:300]


def _throw(copy: Copy, place: Path) -> None:
    named = copy.work.with_name(f"{copy.root.name}-{copy.project.name}")
    copies.forget(copy)
    copy.work.rename(named)
    trash.throw(named, place)
