"""A session's own copy of a project, mirrored and laid out where the project is another clone."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import Shop

from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.runtime.clock import SystemClock
from carrel.stores.memory_mirrors import MemoryMirrors
from carrel.workspaces.mirrors import FolderMirror

KEY = SessionKey("discord:1")
OTHER_HOST = """
cd ..
mv shop gone
git clone -q gone shop
rm -rf gone
cd shop
git config user.name Ada
git config user.email ada@example.org
"""
"""The project as another machine has it: at the same path, with what was pushed."""

ANOTHER_PROJECT = """
rm -rf .git
git init -q -b main .
git -c user.name=Eve -c user.email=eve@example.org commit -q --allow-empty -m other
"""


def mirror(shop: Shop, store: MemoryMirrors) -> FolderMirror:
    sessions = shop.place / "home" / "sessions"
    return FolderMirror(sessions, store, SystemClock())


async def test_commits_and_what_is_not_committed_are_there_on_the_other_host(shop: Shop) -> None:
    """spec: 21.14"""
    store = MemoryMirrors()
    space = await shop.begin("worktree")
    await shop.session(space, "echo x > a; git add -A; git commit -qm mine; echo y > b")
    before = await shop.session(space, "git log --format='%H %s'; git status --short")
    assert await mirror(shop, store).keep(store.claim(KEY)) == ""
    await shop.person(OTHER_HOST)
    space.work.rename(shop.place / "gone")
    assert await mirror(shop, store).restore(KEY)
    again = await shop.bind("worktree")
    assert again.work == space.work
    pins = "git for-each-ref --format='%(refname)' refs/carrel"
    assert space.root.name in await shop.person(pins), "what it borrows is not swept away here"
    assert await shop.session(again, "git log --format='%H %s'; git status --short") == before
    assert "mine" in before
    state = await shop.worktrees.state(again)
    assert (state.ahead, state.untracked, state.branch[:7]) == (1, 1, "carrel/")
    await shop.session(again, "git add -A; git commit -qm more")
    await shop.worktrees.merge(again)
    assert (Path(shop.project.path) / "b").read_text() == "y\n"


async def test_where_the_project_lacks_what_it_began_from_it_is_said(shop: Shop) -> None:
    store = MemoryMirrors()
    space = await shop.begin("worktree")
    assert await mirror(shop, store).keep(store.claim(KEY)) == ""
    await shop.person(ANOTHER_PROJECT)
    space.work.rename(shop.place / "gone")
    assert await mirror(shop, store).restore(KEY)
    with pytest.raises(Refused, match="fetch them there"):
        await shop.bind("worktree")
