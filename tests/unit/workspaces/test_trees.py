"""Folders that a session wrote, walked and copied. spec: 6.5 14.3"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.workspaces import trees


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a.txt").write_text("one")
    (folder / "deep" / "er" / "b.sh").write_text("two")
    (folder / "deep" / "er" / "b.sh").chmod(0o4755)
    return folder


def names(folder: Path, **more: object) -> set[str]:
    return {"/".join(found.parts) for found in trees.walk(folder, **more)}


def test_files_and_links_are_found_and_no_link_is_followed(work: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s").write_text("s")
    (work / "out").symlink_to(tmp_path / "secret")
    (work / "file").symlink_to(tmp_path / "secret" / "s")
    os.mkfifo(work / "pipe")
    assert names(work) == {"a.txt", "deep/er/b.sh", "out", "file"}


def test_folders_are_found_where_they_are_asked_for(work: Path, tmp_path: Path) -> None:
    (work / "out").symlink_to(tmp_path)
    (work / "node_modules").mkdir()
    every = list(trees.walk(work, skipped=frozenset({"node_modules"}), folders_too=True))
    found = {"/".join(one.parts): (one.is_folder, one.is_link) for one in every}
    folders, file, link = (True, False), (False, False), (False, True)
    assert found == {
        "deep": folders,
        "deep/er": folders,
        "deep/er/b.sh": file,
        "a.txt": file,
        "out": link,
    }


@pytest.mark.parametrize("call", ["open", "stat"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENOENT])
def test_what_cannot_be_looked_at_is_not_taken_for_gone(
    work: Path, monkeypatch, call: str, number: int
) -> None:
    """Only where folders are asked for, too: others take what they get."""
    real, name = getattr(os, call), {"open": "deep", "stat": "b.sh"}[call]

    def broken(path: object, *args: object, **more: object) -> object:
        if path == name:
            raise OSError(number, os.strerror(number))
        return real(path, *args, **more)

    monkeypatch.setattr(os, call, broken)
    assert names(work) == {"a.txt"}
    if number == errno.ENOENT:
        assert "deep/er/b.sh" not in names(work, folders_too=True)
    else:
        with pytest.raises(OSError, match=os.strerror(number)):
            names(work, folders_too=True)


def test_what_is_left_out_is_left_out_with_all_that_is_in_it(work: Path) -> None:
    assert names(work, without=frozenset({("deep",), ("a.txt",)})) == set()


def test_a_copy_has_the_bytes_the_mode_and_the_links(work: Path, tmp_path: Path) -> None:
    (work / "out").symlink_to("../secret")
    trees.copy(work, tmp_path / "new")
    new = tmp_path / "new"
    assert (new / "a.txt").read_text() == "one"
    assert (new / "deep" / "er" / "b.sh").stat().st_mode & 0o7777 == 0o755, "no set-uid bit"
    assert (new / "out").readlink() == Path("../secret")
    assert (new / "a.txt").stat().st_mtime_ns == (work / "a.txt").stat().st_mtime_ns


def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(work: Path) -> None:
    for found in trees.walk(work):
        if found.parts == ("a.txt",):
            (work / "a.txt").unlink()
            os.mkfifo(work / "a.txt")
            assert trees.opened(found) is None


def test_too_much_is_refused(work: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="more files"):
        trees.copy(work, tmp_path / "one", files=1)
    with pytest.raises(Refused, match="larger"):
        trees.copy(work, tmp_path / "two", size=4)


def test_folders_are_opened_part_by_part(work: Path, tmp_path: Path) -> None:
    (work / "link").symlink_to(tmp_path)
    top = os.open(work, os.O_RDONLY)
    for parts in (("link",), ("a.txt",), ("missing",)):
        with pytest.raises(OSError, match=parts[0]):
            trees.folder_below(top, parts)
    os.close(trees.folder_below(top, ("missing", "too"), make=True))
    os.close(top)
    assert (work / "missing" / "too").is_dir()


def test_what_lies_too_deep_is_passed_over(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (trees.DEEPEST + 2))
    deep.mkdir(parents=True)
    (deep / "f").write_text("x")
    assert names(tmp_path) == set()
