"""What a session finds that is bound to a project, and what it may do there."""

from __future__ import annotations

import asyncio

import pytest
from shop import Shop

from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.core.routing import Binding
from carrel.ports.workspace import Project
from carrel.workspaces.folders import FolderWorkspaces

COMMIT = "git add -A && git commit -qm more && echo done"


async def test_a_worktree_is_the_project_with_a_branch_of_its_own(shop: Shop) -> None:
    space = await shop.begin("worktree")
    assert space.kind == "worktree"
    assert space.work.is_relative_to(space.root)
    assert (space.work / "list").read_text() == "one\ntwo\nthree\n"
    said = await shop.session(space, f"echo more > new; {COMMIT}; git log --format='%s %an'")
    assert said.splitlines() == ["done", "more Ada", "begin Ada"]
    branch = await shop.session(space, "git branch --show-current")
    assert branch.startswith("carrel/discord-1-")
    assert await shop.session(space, "git log --format=%s project/main") == "begin"
    assert not (shop.project.path / "new").exists()
    assert await shop.person("git log --format=%s --branches; git status --short") == "begin"


async def test_each_session_has_a_worktree_of_its_own_and_finds_it_again(shop: Shop) -> None:
    first = await shop.begin("worktree", "discord:1")
    second = await shop.begin("worktree", "discord:2")
    await shop.session(first, f"echo first > new; {COMMIT}; echo draft > draft")
    again = await shop.bind("worktree", "discord:1")
    assert again == first
    assert (again.work / "draft").read_text() == "draft\n"
    assert not (second.work / "new").exists()


async def test_a_worktree_asked_for_twice_at_once_is_made_once(shop: Shop) -> None:
    await shop.begin("project", "discord:9")
    spaces = await asyncio.gather(*(shop.bind("worktree") for _ in range(5)))
    assert len({space.work for space in spaces}) == 1
    names = {entry.name for entry in spaces[0].work.parent.iterdir()}
    assert names == {"shop", "shop.base"}


async def test_a_worktree_that_was_half_made_is_made_anew(shop: Shop) -> None:
    space = await shop.begin("worktree")
    (space.root / "worktrees" / "shop.base").unlink()
    (space.work / "half").touch()
    again = await shop.bind("worktree")
    assert not (again.work / "half").exists()
    assert list(space.root.glob("worktrees/*left*/half"))


async def test_what_a_sudden_end_left_is_swept_away(shop: Shop) -> None:
    space = await shop.begin("worktree")
    left = space.root / "worktrees" / ".shop-0badcafe"
    left.mkdir()
    (space.root / "worktrees" / "shop.base").unlink()
    await shop.bind("worktree")
    assert not left.exists()


async def test_a_session_keeps_its_memory_and_finds_each_workspace_again(shop: Shop) -> None:
    space = await shop.begin("worktree")
    private = await shop.workspaces.prepare(SessionKey("discord:1"))
    (private.work / "note").touch()
    own = await shop.bind("project")
    assert {one.memory for one in (space, private, own)} == {space.memory}
    assert {one.inbox for one in (space, private, own)} == {space.inbox}
    assert len({one.work for one in (space, private, own)}) == 3
    assert ((await shop.workspaces.prepare(SessionKey("discord:1"))).work / "note").exists()


async def test_the_base_outlives_its_branch(shop: Shop) -> None:
    space = await shop.begin("worktree")
    await shop.person("git commit -q --amend -m other; git reflog expire --expire=now --all")
    await shop.person("git gc -q --prune=now")
    said = await shop.session(space, f"echo more > new; {COMMIT}; git fsck && git log --format=%s")
    assert said.splitlines()[-2:] == ["more", "begin"]


async def test_a_branch_that_is_said_is_the_base(shop: Shop) -> None:
    await shop.begin("project", "discord:9", "git branch next; git commit -q --allow-empty -m main")
    project = Project("shop", shop.project.path, "next")
    other = FolderWorkspaces(
        shop.place / "home" / "sessions", shop.isolation, (), 1, {"shop": project}
    )
    space = await other.prepare(SessionKey("discord:1"), Binding("shop", "worktree"))
    assert await shop.session(space, "git log --format=%s project/next") == "begin"


async def test_objects_that_the_project_itself_borrows_are_there(shop: Shop) -> None:
    await shop.begin("project", "discord:9")
    elsewhere = shop.place / "people" / "lender"
    shop.project.path.rename(elsewhere)
    await shop.person(f"git clone -q --shared {elsewhere} {shop.project.path}", shop.place)
    space = await shop.bind("worktree")
    assert await shop.session(space, "git log --format=%s") == "begin"
    assert (await shop.worktrees.state(space)).merged


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("rm -rf .git", "not the top of a git repository"),
        ("git checkout -q --detach", "No branch is checked out"),
        ("git checkout -q --orphan empty", "has no branch empty with a commit"),
        ("touch .git/shallow", "unshallow"),
    ],
)
async def test_what_cannot_be_a_base_is_said(shop: Shop, script: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        await shop.begin("worktree", script=script)


async def test_a_project_that_is_not_listed_any_more_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused, match="no project gone any more"):
        await shop.workspaces.prepare(SessionKey("a"), Binding("gone", "project"))


async def test_a_project_that_is_gone_is_refused(shop: Shop) -> None:
    shop.project.path.rmdir()
    with pytest.raises(Refused, match="is not there"):
        await shop.bind("project")


async def test_sessions_of_a_project_share_its_folder_and_nothing_else(walled: Shop) -> None:
    """spec: 6.2"""
    first = await walled.begin("project", "discord:1")
    second = await walled.begin("project", "discord:2")
    for name in ("memory", "inbox", "engine", "work", "tmp"):
        (second.root / name / "secret").write_text("canary")
    await walled.session(first, "echo mine > list")
    assert (await walled.session(second, "cat list")) == "mine"
    assert "canary" not in await walled.session(first, f"cat {second.root}/*/secret")
    assert "discord-2" not in await walled.session(first, f"ls {second.root.parent}")


async def test_a_worktree_sees_the_projects_objects_and_nothing_else_of_it(walled: Shop) -> None:
    """spec: 6.4"""
    space = await walled.begin("worktree", script="git config canary.a b; echo canary > secret")
    seen = await walled.session(space, 'ls -A "$SHOP" "$SHOP/.git"; find / -name secret')
    assert "objects" in seen
    for name in ("secret", "config", "HEAD", "refs", "list", "canary"):
        assert name not in seen.split()
    assert "Read-only" in await walled.session(space, 'touch "$SHOP/.git/objects/x"')


async def test_a_project_session_reads_git_and_cannot_commit(walled: Shop) -> None:
    space = await walled.begin("project")
    said = await walled.session(space, "echo four >> list; git status --short; git diff --stat")
    assert said.splitlines()[0] == "M list"
    assert "Read-only" in await walled.session(space, COMMIT)
    assert (walled.project.path / "list").read_text().endswith("four\n")


async def test_a_plain_folder_can_be_shared_and_not_copied(walled: Shop) -> None:
    space = await walled.bind("project")
    said = await walled.session(space, "echo x > note; git init . 2>&1")
    assert (walled.project.path / "note").exists()
    assert "Read-only" in said or "ermission" in said
    assert list((walled.project.path / ".git").iterdir()) == []


@pytest.mark.parametrize("name", [".git", ".claude"])
async def test_a_link_that_cannot_be_guarded_is_refused(walled: Shop, name: str) -> None:
    await walled.person(f"mkdir ../elsewhere; ln -s ../elsewhere {name}")
    with pytest.raises(Refused, match="must be a real folder"):
        await walled.bind("project")


async def test_a_projects_own_settings_of_the_engine_are_seen_and_stay(walled: Shop) -> None:
    script = "mkdir .claude; echo '{}' > .claude/settings.json; git add .; git commit -qm settings"
    for kind in ("project", "worktree"):
        space = await walled.begin(kind, script=script)
        assert await walled.session(space, "cat .claude/settings.json; git status --short") == "{}"
        said = await walled.session(space, "echo x > .claude/settings.json; mv .claude other")
        assert "Read-only" in said
        assert (space.work / ".claude" / "settings.json").read_text() == "{}\n"


async def test_the_trash_takes_the_worktree_along(shop: Shop) -> None:
    space = await shop.begin("worktree")
    (space.work / "draft").touch()
    await shop.workspaces.discard(SessionKey("discord:1"))
    assert list(shop.place.glob("home/trash/*/worktrees/shop/draft"))
