from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.errors import Full, Refused
from carrel.core.model import SessionKey
from carrel.ports.workspace import Workspace
from carrel.workspaces import files

FOLDERS = ("work", "memory", "inbox", "outbox", "engine", "tmp")


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    return Workspace(SessionKey("a"), tmp_path, *(tmp_path / name for name in FOLDERS), "strict")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inbox")


@given(name=st.text(max_size=300))
def test_any_name_gives_a_new_file_of_the_inbox(name: str, inbox: Path) -> None:
    path = files.reserve(inbox, name)
    assert path.parent == inbox
    assert path.is_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_in_the_inbox_is_not_followed(space: Workspace, tmp_path: Path) -> None:
    (space.inbox / "a.txt").symlink_to(tmp_path / "elsewhere")
    assert files.reserve(space.inbox, "a.txt").name != "a.txt"
    assert not (tmp_path / "elsewhere").exists()


def test_a_part_swapped_for_a_link_after_the_check_is_refused(
    space: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, foreign = space.work / "folder", tmp_path / "foreign"
    for place in (folder, foreign):
        place.mkdir()
        (place / "file").write_text(place.name)
    resolve = os.path.realpath

    def swap_after_check(path: str | Path) -> str:
        found = resolve(path)
        if str(path).endswith("file"):
            folder.rename(space.work / "gone")
            folder.symlink_to(foreign)
        return found

    monkeypatch.setattr(os.path, "realpath", swap_after_check)
    with pytest.raises(Refused):
        files.copy_out(space, "folder/file", "", 1000)
    assert not list(space.outbox.iterdir())


def test_a_file_that_grows_is_sent_as_it_was_checked(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = space.work / "log"
    path.write_bytes(b"x" * 10)
    check = files._checked_size

    def grow_after_check(*arguments: object) -> int:
        size = check(*arguments)
        path.write_bytes(b"x" * 5000)
        return size

    monkeypatch.setattr(files, "_checked_size", grow_after_check)
    monkeypatch.setattr(files, "PIECE", 4)
    file = files.copy_out(space, "log", "", 1000)
    assert file.size == Path(file.path).stat().st_size == 10


def test_a_full_disk_is_told_as_such(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    (space.work / "a").write_text("x")
    monkeypatch.setattr(files, "_copy", full)
    with pytest.raises(Full):
        files.copy_out(space, "a", "", 1000)


def test_no_descriptor_is_left_open(space: Workspace) -> None:
    (space.work / "a").write_text("x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    files.copy_out(space, "a", "", 1000)
    for name in ("missing", "/etc/hosts", ".", "a/b"):
        with pytest.raises(Refused):
            files.copy_out(space, name, "", 1000)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_was_sent_has_the_safe_name_of_its_file(space: Workspace) -> None:
    (space.work / ".hidden\n<x>.pdf").write_text("x")
    file = files.copy_out(space, ".hidden\n<x>.pdf", "see", 1000)
    assert (file.name, file.media_type, file.caption) == (
        "hidden__x_.pdf",
        "application/pdf",
        "see",
    )


def test_a_file_of_just_the_limit_is_sent_in_a_folder_of_its_own(space: Workspace) -> None:
    (space.work / "a").write_bytes(b"x" * 1000)
    file = files.copy_out(space, "a", "", 1000)
    sent = Path(file.path)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (sent.parent, sent)] == [0o700, 0o600]
    (space.work / "a").write_bytes(b"x" * 1001)
    with pytest.raises(Refused, match="larger than 1000 bytes"):
        files.copy_out(space, "a", "", 1000)


def test_why_a_file_cannot_be_read_is_said(space: Workspace) -> None:
    with pytest.raises(Refused, match="nothing cannot be read: No such file or directory"):
        files.copy_out(space, "nothing", "", 1000)
