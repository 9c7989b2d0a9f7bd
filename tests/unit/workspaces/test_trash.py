from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.workspaces.trash import empty, listed, restore, throw

KEY = SessionKey("discord:1")


def folder(place: Path, name: str = "session-1") -> Path:
    made = place / "sessions" / name
    made.mkdir(parents=True)
    (made / "note").write_text("kept")
    return made


def test_a_folder_lies_in_the_trash_as_it_was(tmp_path: Path) -> None:
    """spec: 8.6"""
    throw(folder(tmp_path), tmp_path / "trash")
    (thrown,) = (tmp_path / "trash").iterdir()
    assert thrown.name.startswith("session-1-")
    assert (thrown / "note").read_text() == "kept"
    assert stat.S_IMODE((tmp_path / "trash").stat().st_mode) == 0o700


def test_two_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    for _ in range(2):
        throw(folder(tmp_path), tmp_path / "trash")
    assert len(list((tmp_path / "trash").iterdir())) == 2


def test_what_is_not_there_cannot_be_thrown_away(tmp_path: Path) -> None:
    throw(tmp_path / "nothing", tmp_path / "trash")
    assert list((tmp_path / "trash").iterdir()) == []


def test_what_cannot_be_moved_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "trash").write_text("no folder")
    kept = folder(tmp_path)
    with pytest.raises(Unavailable, match="cannot be moved"):
        throw(kept, tmp_path / "trash")
    assert (kept / "note").exists()


def test_only_what_is_old_is_gone_for_ever(tmp_path: Path) -> None:
    trash = tmp_path / "trash"
    assert empty(trash, 1e12) == 0
    for name in ("old", "new"):
        throw(folder(tmp_path, name), trash)
    old = next(trash.glob("old-*"))
    os.utime(old, (5.0, 5.0))
    assert empty(trash, 6.0) == 1
    assert [left.name[:3] for left in trash.iterdir()] == ["new"]


def session(place: Path, text: str) -> Path:
    made = place / "sessions" / folder_name(KEY)
    made.mkdir(parents=True)
    (made / "session").write_text(KEY)
    (made / "note").write_text(text)
    return made


def test_what_was_thrown_away_is_put_back_and_takes_its_place(tmp_path: Path) -> None:
    """spec: 8.10"""
    sessions, trash = tmp_path / "sessions", tmp_path / "trash"
    throw(session(tmp_path, "old"), trash)
    now = session(tmp_path, "new")
    (thrown,) = listed(trash)
    assert (thrown.key, restore(sessions, trash, thrown.name)) == (KEY, thrown)
    assert (now / "note").read_text() == "old"
    (other,) = listed(trash)
    assert (trash / other.name / "note").read_text() == "new", "nothing is lost by it"


def test_nothing_is_put_back_under_a_living_agent(tmp_path: Path) -> None:
    sessions, trash = tmp_path / "sessions", tmp_path / "trash"
    throw(session(tmp_path, "old"), trash)
    now = session(tmp_path, "new")
    (thrown,) = listed(trash)
    with (now / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="is open"):
            restore(sessions, trash, thrown.name)
    assert (now / "note").read_text() == "new"


@pytest.mark.parametrize("name", ["nothing", "../sessions", ""])
def test_what_is_not_in_the_trash_is_refused(tmp_path: Path, name: str) -> None:
    session(tmp_path, "here")
    with pytest.raises(Refused, match="trash list"):
        restore(tmp_path / "sessions", tmp_path / "trash", name)
