"""Brings the work of a session's copy into its project: all of it, or nothing."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Literal

from carrel.core.errors import Refused
from carrel.ports.worktrees import Conflicting, Merged
from carrel.workspaces import copies
from carrel.workspaces.copies import Copy
from carrel.workspaces.git import Git

MOST = 1 << 30
"""Bytes of new work that are taken over at once."""

PACK = """
printf '%s\\n^%s\\n' "$WORK" "$BASE" |
    git pack-objects -q --revs --thin --delta-base-offset --stdout
"""
UNPACK = 'git index-pack --stdin --fix-thin --strict < "$PACK" > /dev/null'
HEX = frozenset("0123456789abcdef")
MERGE_TREE = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages")
CLEAN = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
STEERING = ".claude"


async def collected(git: Git, copy: Copy) -> None:
    """Give the project the commits of the work, as the session's branch and nothing else.

    Only objects come over, in a pack that is made within walls, and git checks each and its links.
    """
    base = await copies.tip(git, copy)
    work = await _head(git, copy)
    name = f"refs/heads/{copy.branch}"
    if await _checked_out(git, copy, name):
        raise Refused(f"{copy.branch} is checked out in the project; switch to another branch.")
    pack = copy.root / f"pack-{secrets.token_hex(4)}"
    try:
        said = await git.save(copy.inside, pack, MOST, PACK, {"WORK": work, "BASE": base})
        if pack.stat().st_size >= MOST:
            raise Refused(f"The work is larger than {MOST >> 20} MiB; take it over by hand.")
        said.checked("pack the work")
        place = replace(copy.outside, shown=(*copy.outside.shown, pack))
        (await git.script(place, UNPACK, {"PACK": str(pack)})).checked("take the work over")
    finally:
        pack.unlink(missing_ok=True)
    words = ("update-ref", "-m", "carrel: work of a session", name, work)
    (await git.run(copy.outside, *words)).checked("take the work over")


async def _head(git: Git, copy: Copy) -> str:
    """The commit that the session is at, whatever it calls its branch."""
    said = await git.run(copy.inside, "rev-parse", "--verify", "-q", "HEAD^{commit}")
    commit = said.checked("find the session's work").text
    if not commit or not HEX.issuperset(commit):
        raise Refused("Git could not find the session's work.")
    return commit


async def joined(git: Git, copy: Copy) -> Merged | Conflicting:
    """Move the base to a commit that has the session's branch, which the project has already."""
    base = await copies.tip(git, copy)
    work = await _commit(git, copy)
    await _refuse_steering(git, copy, base, work)
    said = await git.run(copy.outside, "merge-base", "--is-ancestor", base, work)
    forward = said.status == 0
    found = work if forward else await _merged(git, copy, base, work)
    if isinstance(found, Conflicting):
        return found
    await _advance(git, copy, base, found)
    return Merged(copy.branch, copy.base, found, forward)


async def _commit(git: Git, copy: Copy) -> str:
    name = f"refs/heads/{copy.branch}^{{commit}}"
    said = await git.run(copy.outside, "rev-parse", "--verify", "-q", name)
    return said.checked("find the session's branch").text


async def _refuse_steering(git: Git, copy: Copy, base: str, work: str) -> None:
    # A session cannot write there, so this was made past its walls; the next session would obey it.
    words = ("diff", "--name-only", "--no-renames", "-z", f"{base}...{work}", "--")
    said = (await git.run(copy.outside, *words)).checked("see what the work changes")
    if said.cut or any(STEERING in PurePosixPath(name.lower()).parts for name in said.fields):
        raise Refused(
            f"The work changes {STEERING}, which steers the agent itself: look at {copy.branch} "
            "and merge it by hand."
        )


async def _merged(git: Git, copy: Copy, base: str, work: str) -> str | Conflicting:
    """A merge commit that no branch has yet. It is made of objects; no file is touched."""
    said = await git.run(copy.outside, *MERGE_TREE, base, work)
    if said.status == 1:
        return Conflicting(copy.branch, copy.base, "", said.fields[1:])
    tree = said.checked("merge (2.38 or newer is needed)").fields[0]
    name, mail = await copies.identity(git, copy.project)
    who = ("-c", f"user.name={name}", "-c", f"user.email={mail}")
    words = ("commit-tree", tree, "-p", base, "-p", work, "-m", f"Merge {copy.branch}")
    return (await git.run(copy.outside, *who, *words)).checked("make a merge commit").text


async def _advance(git: Git, copy: Copy, base: str, commit: str) -> None:
    """Move the base, and the files with it where it is checked out. Git does both or neither."""
    name = f"refs/heads/{copy.base}"
    where = await _checked_out(git, copy, name)
    if where == "elsewhere":
        raise Refused(f"{copy.base} is checked out in another folder; merge {copy.branch} there.")
    if where is None:
        words = ("update-ref", "-m", f"carrel: merge {copy.branch}", name, commit, base)
        (await git.run(copy.outside, *words)).checked(f"move {copy.base}")
        return
    changes = (await git.run(copy.outside, *CLEAN)).checked("look at the project")
    if changes.out:
        raise Refused(
            f"The project's folder has changes on {copy.base} that are not committed; "
            f"{copy.branch} is there to be merged once they are."
        )
    said = await git.run(copy.outside, "merge", "--ff-only", "-q", "--no-verify", commit)
    said.checked(f"move {copy.base}")


async def _checked_out(git: Git, copy: Copy, name: str) -> Literal["here", "elsewhere"] | None:
    """Whether files of the branch `name` lie in the project's folder, or in another of git's."""
    listed = await git.run(copy.outside, "worktree", "list", "--porcelain")
    main, *linked = listed.checked("see what is checked out").text.split("\n\n")
    if any(f"branch {name}" in one.splitlines() for one in linked):
        return "elsewhere"
    return "here" if f"branch {name}" in main.splitlines() else None
