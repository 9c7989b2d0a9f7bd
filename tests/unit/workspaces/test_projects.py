from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.ports.workspace import Project
from carrel.workspaces.projects import borrowed, objects, repository


def lent(folder: Path, *lines: str) -> Path:
    (folder / "info").mkdir(parents=True)
    (folder / "info" / "alternates").write_text("\n".join(lines) + "\n")
    return folder


def test_objects_are_followed_to_their_lenders(tmp_path: Path) -> None:
    last, second = tmp_path / "last", tmp_path / "a" / "second"
    last.mkdir()
    lent(second, "# nobody", "", "../../last", str(tmp_path / "missing"))
    first = lent(tmp_path / "first", str(second))
    assert objects(first) == (first, second, last)


def test_lenders_in_a_ring_come_to_an_end(tmp_path: Path) -> None:
    first = lent(tmp_path / "first", "../second")
    lent(tmp_path / "second", "../first")
    assert set(objects(first)) == {first, tmp_path / "second"}


def test_only_objects_outside_of_the_folder_are_borrowed(tmp_path: Path) -> None:
    own = lent(tmp_path / "code" / ".git" / "objects", "../more", str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    (own.parent / "more").mkdir()
    assert borrowed(tmp_path / "code") == (tmp_path / "out",)


def test_a_folder_without_git_borrows_nothing(tmp_path: Path) -> None:
    assert borrowed(tmp_path) == ()


@pytest.mark.parametrize("kind", ["missing", "empty", "file", "link"])
def test_a_repository_is_a_folder_with_objects(tmp_path: Path, kind: str) -> None:
    code = tmp_path / "code"
    code.mkdir()
    match kind:
        case "empty":
            (code / ".git").mkdir()
        case "file":
            (code / ".git").write_text("gitdir: ../elsewhere")
        case "link":
            (tmp_path / "real" / "objects").mkdir(parents=True)
            (code / ".git").symlink_to(tmp_path / "real")
    with pytest.raises(Refused, match="not the top of a git repository"):
        repository(Project("code", code))
