"""A session's own copy of a project, mirrored and laid out where the project is another clone."""

from __future__ import annotations

from pathlib import Path

from shop import Shop

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
    assert await shop.session(again, "git log --format='%H %s'; git status --short") == before
    assert "mine" in before
    state = await shop.worktrees.state(again)
    assert (state.ahead, state.untracked, state.branch[:7]) == (1, 1, "carrel/")
    await shop.session(again, "git add -A; git commit -qm more")
    await shop.worktrees.merge(again)
    assert (Path(shop.project.path) / "b").read_text() == "y\n"
