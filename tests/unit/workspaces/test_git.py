"""What git is told wherever it runs, and what becomes of what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.workspaces import git as module
from carrel.workspaces.git import Git, Place, Said, inert


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    folder = tmp_path / "code"
    folder.mkdir()
    await Git("folder").run(Place(folder, writes=True), "init", "-q")
    return Place(folder)


async def test_what_git_says_comes_back_with_its_status(place: Place) -> None:
    said = await Git("folder").run(place, "rev-parse", "--is-inside-work-tree")
    assert (said.status, said.text, said.cut) == (0, "true", False)


async def test_a_failure_is_a_sentence(place: Place) -> None:
    said = await Git("folder").run(place, "rev-parse", "--verify", "none")
    with pytest.raises(Refused, match="Git could not look: Needed a single revision"):
        said.checked("look")


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        ("warning: x\nfatal: the reason\n", "look: the reason"),
        ("hint: x\nerror: the reason\n", "look: error: the reason"),
        ("the reason\nmore", "look: the reason"),
        ("", "look: status 1"),
        ("x" * 5000, "look: x{300}$"),
    ],
)
def test_the_reason_is_the_line_that_tells_it(complaint: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        Said(1, b"", complaint).checked("look")


def test_what_was_cut_is_no_failure() -> None:
    assert Said(143, b"x", "", cut=True).checked("look").text == "x"


def test_fields_end_in_a_null_character() -> None:
    assert Said(0, b"a\0b c\0\xff\0", "").fields == ("a", "b c", "\ufffd")


async def test_more_than_the_limit_is_not_read(place: Place) -> None:
    said = await Git("folder").script(place, "yes", {}, limit=1000)
    assert (len(said.out), said.cut) == (1000, True)


async def test_a_file_beyond_its_limit_is_not_written(place: Place, tmp_path: Path) -> None:
    said = await Git("folder").save(place, tmp_path / "new", 4096, "yes", {})
    assert said.status != 0
    assert (tmp_path / "new").stat().st_size == 4096
    with pytest.raises(FileExistsError):
        await Git("folder").save(place, tmp_path / "new", 4096, "true", {})


async def test_git_that_takes_too_long_is_ended(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    with pytest.raises(Refused, match="took more than"):
        await Git("folder").script(place, "sleep 60", {})


async def test_a_script_gets_its_words_and_its_variables(place: Place) -> None:
    said = await Git("folder").script(place, 'echo "$NAME/$1/$2"', {"NAME": "a b"}, "c d", "$e")
    assert said.text == "a b/c d/$e"


async def test_the_hosts_settings_of_git_do_not_count(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\nname = Ada\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    within = await Git("folder").run(place, "config", "user.name")
    outside = await Git("folder").outside(place.folder, "config", "user.name")
    assert (within.text, outside.text) == ("", "Ada")


async def test_a_repository_above_is_not_found(place: Place) -> None:
    below = place.folder / "below"
    below.mkdir()
    assert (await Git("folder").run(Place(below), "status")).status != 0


async def test_what_is_not_named_to_be_written_is_read_only(place: Place) -> None:
    for writes in (False, True):
        said = await Git("strict").run(Place(place.folder, writes=writes), "branch", "-m", "x")
        assert (said.status == 0) is writes


def test_every_option_has_its_name() -> None:
    assert all("=" in word for word in inert()[1::2])
    assert set(inert()[::2]) == {"-c"}


async def test_a_missing_git_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Refused, match="apt-get install git"):
        await Git("folder").run(place, "status")
