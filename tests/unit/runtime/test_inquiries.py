"""Files, diffs and the work on a project, as people see them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.errors import Refused
from carrel.ports.engine import Context
from carrel.ports.worktrees import Conflicting, Diff, Merged, NothingToMerge, Pushed, State
from carrel.runtime.inquiries import MOST_FILES, PAGE, _pages, context, diff, files, worktree


class Work:
    """Worktrees that answer what a test says."""

    def __init__(self, **told: object) -> None:
        self.told, self.asked = told, []

    async def state(self, _workspace):
        return self.told["state"]

    async def diff(self, _workspace):
        return self.told["diff"]

    async def merge(self, _workspace):
        return self.told["merge"]

    async def push(self, _workspace):
        return self.told["push"]

    async def discard(self, _workspace, *, force):
        self.asked.append(force)


@pytest.fixture
def space(tmp_path: Path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x" * 1234)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("hidden")
    return SimpleNamespace(work=tmp_path)


async def test_files_are_listed_with_their_sizes(space) -> None:
    menu = await files(space, "")
    assert menu.text == "```\n      1,234  src/a.py\n```"
    assert "no files" in (await files(space, "nothing")).text


async def test_names_cannot_pass_for_anything_else(space) -> None:
    (space.work / "a\u202e```\nb").write_text("")
    text = (await files(space, "")).text
    assert "\u202e" not in text
    assert text.count("```") == 2


@pytest.mark.parametrize("folder", ["..", "../..", "src/../..", "/etc", "out"])
async def test_no_other_folder_is_listed(space, tmp_path_factory, folder: str) -> None:
    """spec: 6.5"""
    (space.work / "out").symlink_to(tmp_path_factory.mktemp("other"))
    with pytest.raises(Refused):
        await files(space, folder)


async def test_a_long_list_says_how_much_there_is(space) -> None:
    for number in range(MOST_FILES + 5):
        (space.work / f"{number:03}").write_text("")
    assert "and 6 more" in (await files(space, "")).text


async def test_a_diff_has_pages_that_can_be_turned() -> None:
    text = "\n".join(f"+line {n} {'x' * 60}" for n in range(60))
    work = Work(diff=Diff(text, cut=True))
    first, second = [await diff(None, work, page) for page in ("", "2")]
    assert first.text.startswith("Page 1 of ")
    assert first.options == (("Next page", "/diff 2"),)
    assert second.options[-1] == ("Page before", "/diff 1")
    last = await diff(None, work, "999")
    assert "longer than is shown" in last.text
    assert "Nothing was changed" in (await diff(None, Work(diff=Diff(" ", cut=False)), "")).text


@given(st.text(alphabet="ab\n", max_size=200).map(lambda text: text * 40))
def test_pages_hold_every_line(text: str) -> None:
    pages = list(_pages(text))
    assert all(len(page) <= PAGE for page in pages)
    assert "\n".join(pages) == "\n".join(
        line if len(line) < PAGE else f"{line[: PAGE - 2]}…"
        for line in text.rstrip("\n").split("\n")
    )


@pytest.mark.parametrize(
    ("state", "words", "commands"),
    [
        (State("carrel/x", "main", 0, 0, 0, 0), "all is committed", ["/worktree discard"]),
        (
            State("carrel/x", "main", 2, 1, 0, 0),
            "2 ahead of main and 1 behind",
            ["/worktree merge", "/worktree push", "/worktree discard anyway"],
        ),
        (
            State("carrel/x", "main", 0, 0, 3, 1),
            "3 changed and 1 new",
            ["/worktree discard anyway"],
        ),
        (State("main", "", 0, 0, 1, 0), "On main; 1 changed", []),
    ],
)
async def test_what_can_be_done_with_the_work_depends_on_how_it_stands(
    state: State, words: str, commands: list[str]
) -> None:
    menu = await worktree(None, Work(state=state), "")
    assert words in menu.text
    assert [command for _, command in menu.options] == commands


@pytest.mark.parametrize(
    ("merge", "words"),
    [
        (Merged("carrel/x", "main", "abc", forward=True), "merged into main"),
        (Conflicting("carrel/x", "main", "project/main", ("a.py",)), "same lines of a.py"),
        (NothingToMerge("carrel/x", "main"), "all of it already"),
    ],
)
async def test_a_merge_says_what_came_of_it(merge, words: str) -> None:
    assert words in (await worktree(None, Work(merge=merge), "merge")).text


def test_the_context_is_what_the_engine_says_or_what_was_known() -> None:
    now = Context(320_000, 1_000_000, (("Messages", 300_000), ("Skills", 20_000)), 967_000)
    assert context(now, "known").text.splitlines() == [
        "32 % of the context is in use: 320,000 of 1,000,000 tokens.",
        "Messages: 300,000",
        "Skills: 20,000",
        "At 967,000 the agent sums up by itself; /compact does it now.",
    ]
    assert "sums up" not in context(Context(1, 2), "").text
    assert context(None, "known").text == context(Context(1, 0), "known").text == "known"
    assert "Nothing was said" in context(None, "").text


async def test_the_work_is_pushed_or_let_go() -> None:
    work = Work(push=Pushed("carrel/x", "git@host:a.git"))
    assert "git@host" in (await worktree(None, work, "push")).text
    await worktree(None, work, "discard")
    await worktree(None, work, "discard anyway")
    assert work.asked == [False, True]
    assert "Write /worktree" in (await worktree(None, work, "burn")).text
