"""What a session plants for git runs nowhere but in walls, and opens nothing that is not its own.

Every attack is shown to be able to succeed: with a plain git and without walls it does.

spec: 6.8
"""

from __future__ import annotations

import contextlib

import pytest
from attacks import IN_A_COPY, IN_THE_FOLDER, Attack
from shop import BEGIN, Shop

from carrel.core.errors import Refused
from carrel.ports.workspace import Workspace
from carrel.ports.worktrees import Merged
from carrel.workspaces import copies, joining

COMMIT = "git add -A && git commit -qm more"


def named(attacks: tuple[Attack, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.name)


async def planted(shop: Shop, attack: Attack) -> Workspace:
    space = await shop.begin("worktree", script=attack.begin)
    await shop.person("git init -q --bare ../remote; git remote add origin ../remote")
    await shop.session(space, f"echo work > work; {COMMIT}; {attack.plant}")
    return space


async def every_deed(shop: Shop, space: Workspace) -> None:
    """All that the gateway does with a copy, each though the one before was refused."""
    for deed in (
        lambda: shop.worktrees.state(space),
        lambda: shop.worktrees.diff(space),
        lambda: shop.worktrees.push(space),
        lambda: shop.worktrees.merge(space),
        lambda: shop.bind("worktree"),
        lambda: copies.refresh(shop.worktrees._git, copies.copy_of(space, shop.project)),
        lambda: shop.worktrees.discard(space),
    ):
        with contextlib.suppress(Refused):
            await deed()


@named(IN_A_COPY)
async def test_nothing_that_is_planted_in_a_copy_runs_outside(walled: Shop, attack: Attack) -> None:
    space = await planted(walled, attack)
    assert not walled.marked
    await every_deed(walled, space)
    assert not walled.marked


@named(IN_A_COPY)
async def test_a_plain_git_would_run_what_is_planted_in_a_copy(
    unwalled: Shop, attack: Attack
) -> None:
    space = await planted(unwalled, attack)
    for made in unwalled.mark.iterdir():
        made.unlink()
    victim = f"SHOP={unwalled.project.path}; ( {attack.victim} ) || :"
    await unwalled.person(victim, space.work)
    assert unwalled.marked


INERT = [attack for attack in IN_A_COPY if not attack.name.startswith("filter")]


@named(tuple(INERT))
async def test_what_is_planted_is_not_even_run_within_walls(unwalled: Shop, attack: Attack) -> None:
    """Without walls to hold it the same git is told not to run it: the fence behind the fence."""
    space = await planted(unwalled, attack)
    for made in unwalled.mark.iterdir():
        made.unlink()
    await every_deed(unwalled, space)
    assert not unwalled.marked


async def shared(shop: Shop, attack: Attack) -> bool:
    """Whether a person's git ran what a session planted in their folder."""
    await shop.person(BEGIN + attack.begin)
    space = await shop.bind("project")
    await shop.session(space, attack.plant)
    for made in shop.mark.iterdir():
        made.unlink()
    await shop.person(f"( {attack.victim} ) || :")
    return shop.marked


@named(IN_THE_FOLDER)
async def test_a_persons_git_runs_nothing_that_was_planted_in_their_folder(
    walled: Shop, attack: Attack
) -> None:
    assert not await shared(walled, attack)


@named(IN_THE_FOLDER)
async def test_without_walls_a_persons_git_runs_what_was_planted(
    unwalled: Shop, attack: Attack
) -> None:
    assert await shared(unwalled, attack)


LEAKS = (
    'echo "$OTHER/.git/objects" > .git/objects/info/alternates; git update-ref HEAD $COMMIT',
    'echo "$OTHER/.git/objects" > .git/objects/info/alternates; echo $COMMIT > .git/HEAD',
    'mv .git old; ln -s "$OTHER/.git" .git',
    'mv .git old; echo "gitdir: $OTHER/.git" > .git',
    'git config core.worktree "$OTHER"',
    'rm list; ln -s "$OTHER/secret" list; git add .',
    'rm .git/index; ln -s "$OTHER/secret" .git/index',
    'rm .git/HEAD; ln -s "$OTHER/secret" .git/HEAD',
    'git config include.path "$OTHER/secret"',
    'ln -s "$OTHER" other; git add --intent-to-add other/secret',
    'rm -r .git/objects; ln -s "$OTHER/.git/objects" .git/objects; echo $COMMIT > .git/HEAD',
)
CANARY = "canary-7f3a"


async def leaked(shop: Shop, plant: str) -> str:
    """All that the gateway says and all that the project gets, after a session reached out."""
    space, other = await shop.begin("worktree", "discord:1"), await shop.bind("worktree", "x")
    await shop.session(other, f"echo {CANARY} > secret; {COMMIT}")
    commit = await shop.session(other, "git rev-parse HEAD")
    await shop.session(space, f"{plant}; git reset -q --hard", OTHER=str(other.work), COMMIT=commit)
    said = []
    for deed in (shop.worktrees.state, shop.worktrees.diff, shop.worktrees.merge):
        try:
            said.append(str(await deed(space)))
        except Refused as refused:
            said.append(str(refused))
    return "\n".join([*said, await shop.person("git log --all -p; git status")])


@pytest.mark.parametrize("plant", LEAKS)
async def test_no_other_sessions_work_is_reached_through_git(walled: Shop, plant: str) -> None:
    assert CANARY not in await leaked(walled, plant)


@pytest.mark.parametrize("plant", LEAKS[:3])
async def test_without_walls_another_sessions_work_is_reached(unwalled: Shop, plant: str) -> None:
    assert CANARY in await leaked(unwalled, plant)


@pytest.mark.parametrize(
    "script",
    [
        "git tag v1; git tag -a v2 -m x; git branch main; git update-ref refs/carrel/x HEAD",
        "git checkout -q -b main",
        "git checkout -q --detach",
        "git branch -m -- 'odd;$(touch x)|ü'",
        "git update-ref refs/heads/-x HEAD; git symbolic-ref HEAD refs/heads/-x",
        "git update-ref refs/replace/$(git rev-parse HEAD~) HEAD",
    ],
)
async def test_only_the_sessions_branch_comes_into_the_project(walled: Shop, script: str) -> None:
    space = await walled.begin("worktree")
    await walled.session(space, f"echo x > a; {COMMIT}; {script}")
    outcome = await walled.worktrees.merge(space)
    assert isinstance(outcome, Merged)
    names = await walled.person("git for-each-ref --format='%(refname)' refs/heads refs/tags")
    assert names.split() == [f"refs/heads/{outcome.branch}", "refs/heads/main"]
    others = await walled.person("git for-each-ref --format='%(refname)'")
    pins = f"refs/carrel/{space.root.name}/"
    assert all(name.startswith(("refs/heads/", pins)) for name in others.split())


BY_HAND = "git update-index --add --cacheinfo 100644,$(echo {} | git hash-object -w --stdin),{}"


@pytest.mark.parametrize(
    "name", [".claude/settings.json", ".Claude/settings.json", "deep/.claude/commands/x.md"]
)
async def test_a_commit_that_steers_the_agent_is_not_merged(walled: Shop, name: str) -> None:
    space = await walled.begin("worktree")
    by_hand = BY_HAND.replace("{}", name)
    await walled.session(space, f"{by_hand}; git commit -qm x; git reset -q --hard || :")
    await walled.session(space, f"git update-index --skip-worktree '{name}'")
    with pytest.raises(Refused, match="steers the agent"):
        await walled.worktrees.merge(space)
    assert await walled.person("git log --format=%s main") == "begin"


@pytest.mark.parametrize(
    "text",
    [
        '[submodule "x"]\n path = x\n url = -u./evil\n',
        '[submodule "../x"]\n path = x\n url = https://example.org/x\n',
        '[submodule "x"]\n path = x\n url = x\n update = !touch $MARK/ran\n',
    ],
)
async def test_a_commit_with_an_evil_submodule_is_not_taken(walled: Shop, text: str) -> None:
    space = await walled.begin("worktree")
    (space.work / ".gitmodules").write_text(text)
    await walled.session(space, COMMIT)
    with pytest.raises(Refused, match="could not take the work over"):
        await walled.worktrees.merge(space)
    assert not any("carrel/d" in name for name in (await walled.person("git branch")).split())


async def test_work_beyond_the_limit_is_not_taken(
    walled: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST", 1 << 16)
    space = await walled.begin("worktree")
    await walled.session(space, f"head -c 200000 /dev/urandom > big; {COMMIT}")
    with pytest.raises(Refused, match="larger than"):
        await walled.worktrees.merge(space)
    assert not list(space.root.glob("pack-*"))
    assert "carrel" not in await walled.person("git branch")


async def test_huge_files_are_named_and_not_shown(walled: Shop) -> None:
    space = await walled.begin("worktree")
    await walled.session(space, "truncate -s 20G huge; yes line | head -c 3000000 > long")
    assert (await walled.worktrees.state(space)).untracked == 2
    text = (await walled.worktrees.diff(space)).text
    assert "Binary files /dev/null and b/long differ" in text
    assert "huge" not in text
    assert len(text) < 1000


async def test_a_link_that_leads_outside_stays_a_link(walled: Shop) -> None:
    space = await walled.begin("worktree")
    outside = walled.place / "people" / "outside"
    outside.mkdir()
    await walled.session(space, f"ln -s {outside} out; {COMMIT}; rm out; mkdir out; touch out/x")
    await walled.session(space, f"{COMMIT}; git log --stat")
    assert isinstance(await walled.worktrees.merge(space), Merged)
    assert list(outside.iterdir()) == []
    assert (walled.project.path / "out" / "x").is_file()


async def test_git_in_walls_has_no_network_and_no_login(
    walled: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", CANARY)
    space = await walled.begin("worktree")
    evil = "cat /proc/net/dev >&2; env >&2; ls $HOME >&2"
    await walled.session(
        space, f"echo '* filter=x' > .gitattributes; git config filter.x.clean '{evil}'; rm list"
    )
    place = copies.copy_of(space, walled.project).inside
    said = await walled.worktrees._git.run(place, "hash-object", "--path=list", "--stdin")
    assert "lo:" in said.complaint
    assert "eth" not in said.complaint
    assert CANARY not in said.complaint
