from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.ports.workspace import Isolation, Workspace
from carrel.workspaces.folders import FolderWorkspaces
from carrel.workspaces.walls import Walls


async def prepared(place: Path, isolation: Isolation) -> Workspace:
    return await FolderWorkspaces(place / "sessions", isolation, (), 1).prepare(SessionKey("a"))


@pytest.mark.parametrize("missing", ["bwrap", "socat"])
async def test_a_missing_program_is_named_with_the_mend(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """spec: 6.7"""
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/bin/{name}")
    with pytest.raises(Refused, match=rf"need {missing}: `apt-get install bubblewrap socat`"):
        await Walls(()).check()


async def test_refused_namespaces_are_told_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bwrap = tmp_path / "bwrap"
    bwrap.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    bwrap.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda _: str(bwrap))
    with pytest.raises(Refused, match=r"No permissions to create.*unprivileged_userns_clone=1"):
        await Walls(()).check()


async def test_the_trial_is_made_again_until_it_succeeds_and_then_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walls = Walls(())
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "which", lambda _: None)
        with pytest.raises(Refused):
            await walls.check()
    await walls.check()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    await walls.check()


@pytest.mark.parametrize("isolation", ["strict", "folder"])
async def test_the_launcher_is_written_once_and_again_when_it_differs(
    isolation: Isolation, tmp_path: Path
) -> None:
    space, walls = await prepared(tmp_path, isolation), Walls(())
    path = walls.launcher(space, Path("/bin/sh"), (), ())
    first = path.stat()
    assert path == space.root / "launch"
    assert stat.S_IMODE(first.st_mode) == 0o700
    assert walls.launcher(space, Path("/bin/sh"), (), ()).stat().st_ino == first.st_ino
    assert walls.launcher(space, Path("/bin/sh"), (), ("TOKEN",)).stat().st_ino != first.st_ino
    names = {entry.name for entry in space.root.iterdir() if entry.is_file()}
    assert names == {"session", "launch", "passwd", "group"}


async def test_strange_paths_are_quoted(tmp_path: Path) -> None:
    space = await prepared(tmp_path / 'it\'s a "home" $x', "folder")
    path = Walls(()).launcher(space, Path("/bin/sh"), (), ())
    assert path.is_file()


async def test_the_launcher_holds_names_and_no_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "canary")
    space = await prepared(tmp_path, "strict")
    text = Walls(()).launcher(space, Path("/bin/sh"), (), ("TOKEN",)).read_text()
    assert "TOKEN" in text
    assert "canary" not in text
