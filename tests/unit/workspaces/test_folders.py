from __future__ import annotations

import stat
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.workspaces.folders import FolderWorkspaces

KEY = SessionKey("discord:1")


def folders(place: Path) -> FolderWorkspaces:
    return FolderWorkspaces(place / "sessions", "folder", (), 1000)


async def test_the_folder_is_named_after_the_key_and_records_it(tmp_path: Path) -> None:
    space = await folders(tmp_path).prepare(KEY)
    assert space.root == tmp_path / "sessions" / folder_name(KEY)
    assert (space.root / "session").read_text() == KEY
    assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700


async def test_a_folder_of_another_key_is_never_shared(tmp_path: Path) -> None:
    space = await folders(tmp_path).prepare(KEY)
    (space.root / "session").write_text("discord:2")
    with pytest.raises(Refused, match="belongs to another session"):
        await folders(tmp_path).prepare(KEY)


@pytest.mark.parametrize("name", ["work", "memory", "outbox", ""])
async def test_a_link_in_place_of_a_folder_is_refused(name: str, tmp_path: Path) -> None:
    root = tmp_path / "sessions" / folder_name(KEY)
    (tmp_path / "foreign").mkdir()
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(tmp_path / "foreign")
    with pytest.raises(Refused, match="is no folder"):
        await folders(tmp_path).prepare(KEY)


async def test_modes_that_were_opened_are_closed_again(tmp_path: Path) -> None:
    space = await folders(tmp_path).prepare(KEY)
    space.memory.chmod(0o777)
    await folders(tmp_path).prepare(KEY)
    assert stat.S_IMODE(space.memory.stat().st_mode) == 0o700


async def test_a_home_reached_through_a_link_gives_real_paths(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    space = await folders(tmp_path / "link").prepare(KEY)
    assert space.root.is_relative_to(tmp_path / "real")


@pytest.mark.parametrize("isolation", ["strict", "folder"])
async def test_a_link_planted_for_the_walls_is_removed(isolation: str, tmp_path: Path) -> None:
    workspaces = FolderWorkspaces(tmp_path / "sessions", isolation, (), 1000)
    space = await workspaces.prepare(KEY)
    (tmp_path / "foreign").mkdir()
    if isolation == "strict":
        (space.work / ".claude").rmdir()
    (space.work / ".claude").symlink_to(tmp_path / "foreign")
    await workspaces.prepare(KEY)
    assert (space.work / ".claude").is_symlink() is (isolation == "folder")
    assert (tmp_path / "foreign").is_dir()
