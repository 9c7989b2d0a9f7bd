"""What becomes of a session's work: shown, merged, pushed, let go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from shop import Shop

from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.ports.workspace import Workspace
from carrel.ports.worktrees import Conflicting, Merged, NothingToMerge, State

COMMIT = "git add -A && git commit -qm more"
DECLINES = """
git init -q --bare ../r
printf '#!/bin/sh\nexit 1\n' > ../r/hooks/update
chmod +x ../r/hooks/update
git remote add origin ../r
"""


async def working(shop: Shop, script: str, begin: str = "") -> Workspace:
    space = await shop.begin("worktree", script=begin)
    await shop.session(space, script)
    return space


async def branches(shop: Shop) -> list[str]:
    return (await shop.person("git for-each-ref --format='%(refname)'")).split()


async def test_a_new_worktree_is_clean_and_merged(shop: Shop) -> None:
    state = await shop.worktrees.state(await shop.begin("worktree"))
    assert (state.base, state.ahead, state.behind) == ("main", 0, 0)
    assert state.branch.startswith("carrel/discord-1-")
    assert state.merged
    assert not state.dirty


async def test_what_is_not_committed_is_counted(shop: Shop) -> None:
    script = "git mv list 'a list'; echo x > 'new é'; mkdir d; touch d/1 d/2; git add d/1"
    state = await shop.worktrees.state(await working(shop, script))
    assert (state.changed, state.untracked, state.dirty) == (2, 2, True)


async def test_commits_of_both_sides_are_counted(shop: Shop) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}; echo x > b; {COMMIT}")
    await shop.person("git commit -q --allow-empty -m theirs")
    state = await shop.worktrees.state(space)
    assert (state.ahead, state.behind, state.merged) == (2, 1, False)


async def test_a_shared_folder_has_a_state_and_a_difference_too(shop: Shop) -> None:
    space = await shop.begin("project")
    await shop.session(space, "echo four >> list; echo x > new")
    assert await shop.worktrees.state(space) == State("main", "", 0, 0, 1, 1)
    text = (await shop.worktrees.diff(space)).text
    assert "+four" in text
    assert "new file mode" in text
    assert await shop.person("git status --short") == "M list\n?? new"


async def test_the_difference_has_commits_changes_and_new_files(shop: Shop) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}; echo four >> list; echo y > b c")
    await shop.person("echo theirs > theirs; git add .; git commit -qm theirs")
    found = await shop.worktrees.diff(space)
    assert not found.cut
    for line in ("+++ b/a", "+++ b/b", "+++ b/list", "+four", "+y c"):
        assert line in found.text.splitlines()
    assert "theirs" not in found.text
    assert await shop.session(space, "git diff --cached --stat") == ""


@pytest.mark.parametrize("path", ["a", "d", ":(glob)**", "-p", "no such"])
async def test_only_the_named_paths_are_compared(shop: Shop, path: str) -> None:
    space = await working(shop, "echo x > a; mkdir d; echo x > d/b; echo x > list; echo x > ./-p")
    text = (await shop.worktrees.diff(space, (path,))).text
    names = {line[6:] for line in text.splitlines() if line.startswith("+++ b/")}
    assert names == {"a": {"a"}, "d": {"d/b"}, "-p": {"-p"}}.get(path, set())


async def test_a_long_difference_is_cut_at_a_line(shop: Shop) -> None:
    space = await working(shop, "seq 100000 > list")
    found = await shop.worktrees.diff(space, limit=1000)
    assert found.cut
    assert 900 < len(found.text) <= 1000
    assert found.text.endswith("\n")


async def test_work_goes_forward_into_the_folder_where_the_base_is_checked_out(shop: Shop) -> None:
    space = await working(shop, f"echo four >> list; {COMMIT}")
    outcome = await shop.worktrees.merge(space)
    assert isinstance(outcome, Merged)
    assert outcome.forward
    assert (shop.project.path / "list").read_text().endswith("four\n")
    assert await shop.person("git status --short; git rev-parse main") == outcome.commit
    assert (await shop.worktrees.state(space)).merged
    assert isinstance(await shop.worktrees.merge(space), NothingToMerge)


async def test_work_is_joined_with_what_others_did_meanwhile(shop: Shop) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}")
    await shop.person("echo y > b; git add b; git commit -qm theirs")
    outcome = await shop.worktrees.merge(space)
    assert isinstance(outcome, Merged)
    assert not outcome.forward
    assert {"a", "b"} <= {path.name for path in shop.project.path.iterdir()}
    parents = await shop.person("git log -1 --format='%an <%ae> %s %P'")
    assert parents.startswith(f"Ada <ada@example.org> Merge {outcome.branch} ")
    assert len(parents.split()) == 6
    assert (await shop.worktrees.state(space)).behind == 2
    assert await shop.session(space, "git merge -q --ff-only project/main && ls b") == "b"


@pytest.mark.parametrize("theirs", ["", "echo y > b; git add b; git commit -qm theirs"])
async def test_a_base_that_is_not_checked_out_moves_and_no_file_does(
    shop: Shop, theirs: str
) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}")
    await shop.person(f"{theirs}\ngit checkout -q -B other; echo draft > draft; echo d >> list")
    outcome = await shop.worktrees.merge(space)
    assert isinstance(outcome, Merged)
    assert await shop.person("git rev-parse main") == outcome.commit
    assert not (shop.project.path / "a").exists()
    assert await shop.person("git status --short") == "M list\n?? draft"


async def test_conflicts_are_named_and_nothing_is_left_half_done(shop: Shop) -> None:
    space = await working(shop, f"echo mine > list; echo x > a; {COMMIT}")
    await shop.person("echo theirs > list; git commit -qam theirs")
    before = await shop.person("git rev-parse HEAD; git status --short; cat list")
    outcome = await shop.worktrees.merge(space)
    assert isinstance(outcome, Conflicting)
    assert (outcome.files, outcome.base, outcome.upstream) == (("list",), "main", "project/main")
    assert await shop.person("git rev-parse HEAD; git status --short; cat list") == before
    solve = "git merge project/main; echo both > list; git commit -qam both"
    await shop.session(space, solve)
    assert isinstance(await shop.worktrees.merge(space), Merged)
    assert (shop.project.path / "list").read_text() == "both\n"


async def test_work_that_was_rewritten_replaces_the_sessions_branch(shop: Shop) -> None:
    space = await working(shop, f"echo mine > list; {COMMIT}")
    await shop.person("echo theirs > list; git commit -qam theirs")
    await shop.worktrees.merge(space)
    await shop.session(space, f"git reset -q --hard project/main; echo new > new; {COMMIT}")
    outcome = await shop.worktrees.merge(space)
    assert isinstance(outcome, Merged)
    assert outcome.forward


@pytest.mark.parametrize(
    ("session", "person", "words"),
    [
        ("echo x > a", "", "0 changed and 1 new files are not committed"),
        ("echo x > a; git add a", "", "1 changed and 0 new files"),
        (COMMIT, "echo draft > list", "changes on main that are not committed"),
        (COMMIT, "echo draft > a", "untracked"),
        (COMMIT, "git checkout -q --detach; git worktree add -q ../w main", "another folder"),
        (COMMIT, "git branch -m main away", "has no branch main"),
    ],
)
async def test_what_stands_in_the_way_of_a_merge_is_said(
    shop: Shop, session: str, person: str, words: str
) -> None:
    space = await working(shop, f"echo x > a; {session}")
    await shop.person(person)
    before = await shop.person("git rev-parse HEAD; git status --short; cat list")
    with pytest.raises(Refused, match=words):
        await shop.worktrees.merge(space)
    assert await shop.person("git rev-parse HEAD; git status --short; cat list") == before


async def test_merges_of_two_sessions_at_once_are_both_whole(shop: Shop) -> None:
    spaces = [await shop.begin("worktree", f"discord:{number}") for number in range(3)]
    for number, space in enumerate(spaces):
        await shop.session(space, f"echo x > file{number}; {COMMIT}")
    outcomes = await asyncio.gather(*(shop.worktrees.merge(space) for space in spaces))
    assert all(isinstance(outcome, Merged) for outcome in outcomes)
    assert len(list(shop.project.path.glob("file*"))) == 3
    assert await shop.person("git status --short") == ""


async def remote(shop: Shop) -> Path:
    place = shop.place / "remote.git"
    await shop.person(f"git init -q --bare {place}; git remote add origin {place}")
    return place


async def test_work_is_pushed_as_the_sessions_branch_and_nothing_else(shop: Shop) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}; git tag v1; git branch side")
    place = await remote(shop)
    pushed = await shop.worktrees.push(space)
    assert pushed.remote == str(place)
    assert await shop.person("git branch --format='%(refname:short)'; git tag", place) == (
        pushed.branch
    )
    await shop.session(space, f"echo y > b; {COMMIT}")
    await shop.worktrees.push(space)
    assert await shop.person(f"git log --format=%s {pushed.branch}", place) == "more\nmore\nbegin"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "no remote `origin`"),
        ("git remote add origin 'ext::touch $MARK/ran'", "by a program of its own"),
        ("git remote add origin x; git config url.'ext::touch $MARK/ran'.insteadOf x", "program"),
        ("L=user:canary; git remote add origin https://$L@localhost:1/x.git", "could not push"),
        ("git remote add origin ssh://localhost:1/x.git", "could not push"),
        ("git remote add origin ../none.git", "could not push"),
        ("git remote add origin other://localhost/x", "not allowed"),
        (DECLINES, "hook declined"),
    ],
)
async def test_what_stands_in_the_way_of_a_push_is_said(
    shop: Shop, script: str, words: str
) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}")
    await shop.person(script)
    with pytest.raises(Refused, match=words) as refused:
        await shop.worktrees.push(space)
    assert "canary" not in str(refused.value)
    assert not shop.marked


async def test_nothing_is_pushed_where_there_is_nothing(shop: Shop) -> None:
    space = await shop.begin("worktree")
    await remote(shop)
    with pytest.raises(Refused, match="nothing to push"):
        await shop.worktrees.push(space)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo x > a", "1 new files are not committed"),
        ("echo x > list", "1 changed"),
        (f"echo x > a; {COMMIT}", "1 commits of carrel/discord-1-.* are not in main"),
        (f"echo x > a; {COMMIT}; echo y > b", "not committed and 1 commits"),
    ],
)
async def test_a_worktree_with_work_in_it_is_not_removed(
    shop: Shop, script: str, words: str
) -> None:
    """spec: 6.9"""
    space = await working(shop, script)
    with pytest.raises(Refused, match=words):
        await shop.worktrees.discard(space)
    assert space.work.is_dir()
    await shop.worktrees.discard(space, force=True)
    assert not space.work.exists()
    assert list(shop.place.glob("home/trash/discord-1-*-shop-*/list"))
    assert any(name.startswith("refs/carrel/") for name in await branches(shop))


async def test_a_clean_worktree_goes_and_the_next_one_begins_at_the_base(shop: Shop) -> None:
    space = await working(shop, f"echo x > a; {COMMIT}")
    await shop.worktrees.merge(space)
    await shop.worktrees.discard(space)
    assert [name for name in await branches(shop) if name.startswith("refs/carrel/")] == []
    again = await shop.bind("worktree")
    assert again.work == space.work
    assert (again.work / "a").exists()
    assert (await shop.worktrees.state(again)).merged


async def test_a_broken_worktree_is_removed_only_by_force(shop: Shop) -> None:
    space = await working(shop, "rm -rf .git")
    with pytest.raises(Refused, match="could not look"):
        await shop.worktrees.discard(space)
    await shop.worktrees.discard(space, force=True)
    assert await shop.bind("worktree") == space


async def test_sessions_without_a_worktree_have_none_of_its_deeds(shop: Shop) -> None:
    private = await shop.workspaces.prepare(SessionKey("discord:2"))
    shared = await shop.begin("project")
    for deed in (shop.worktrees.merge, shop.worktrees.push, shop.worktrees.discard):
        for space in (private, shared):
            with pytest.raises(Refused, match="has no worktree"):
                await deed(space)
    with pytest.raises(Refused, match="has no worktree"):
        await shop.worktrees.state(private)


async def test_a_worktree_can_be_looked_at_while_its_session_is_busy(shop: Shop) -> None:
    space = await shop.begin("worktree")
    launcher = shop.workspaces.walled(space, Path("/bin/sh"), ())
    busy = await asyncio.create_subprocess_exec(
        *(launcher, "-c", "echo x > a; echo up; read -r _"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=space.work,
    )
    await busy.stdout.readline()
    assert (await shop.worktrees.state(space)).untracked == 1
    assert "+x" in (await shop.worktrees.diff(space)).text
    await busy.communicate(b"go\n")
