from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from carrel.core.model import SessionKey
from carrel.ports.workspace import Workspace
from carrel.workspaces import jail

FOLDERS = ("work", "memory", "inbox", "outbox", "engine", "tmp")


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    root = tmp_path / "sessions" / "a"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    (root / "work" / ".claude").mkdir()
    return Workspace(SessionKey("a"), root, *(root / name for name in FOLDERS), "strict")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "venv" / "bin" / "claude"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def place_of(arguments: tuple[str, ...], *words: str) -> int:
    """Where the words stand in a row; -1 if they do not."""
    rows = range(len(arguments) - len(words) + 1)
    return next((at for at in rows if arguments[at : at + len(words)] == words), -1)


def test_own_folders_are_there_and_the_others_are_not(space: Workspace, program: Path) -> None:
    arguments = jail.arguments(space, program, (), ())
    for folder in (space.work, space.memory, space.engine, space.tmp):
        assert place_of(arguments, "--bind", str(folder), str(folder)) > 0
    assert place_of(arguments, "--ro-bind", str(space.inbox), str(space.inbox)) > 0
    assert str(space.outbox) not in arguments
    assert str(space.root / "launch") not in arguments
    assert str(space.root / "lock") not in arguments


def test_what_turns_did_to_files_is_out_of_reach(space: Workspace, program: Path) -> None:
    """Nor can a folder above it be seen. spec: 6.3"""
    history = space.root / "history"
    arguments = jail.arguments(space, program, (), ())
    shown = {
        Path(arguments[at + 1])
        for at, word in enumerate(arguments)
        if word in {"--bind", "--ro-bind", "--ro-bind-try"}
    }
    assert not {history, *history.parents} & shown


def test_the_root_is_sealed_last(space: Workspace, program: Path) -> None:
    arguments = jail.arguments(space, program, (), ())
    assert arguments[-4:] == ("--remount-ro", "/", "--", str(program))


def test_planted_settings_are_covered_and_the_cover_is_sealed(
    space: Workspace, program: Path
) -> None:
    arguments, claude = jail.arguments(space, program, (), ()), str(space.work / ".claude")
    work = place_of(arguments, "--bind", str(space.work), str(space.work))
    assert (
        work < place_of(arguments, "--tmpfs", claude) < place_of(arguments, "--remount-ro", claude)
    )


def test_a_mask_in_what_is_given_is_deeper_and_wins(
    space: Workspace, program: Path, tmp_path: Path
) -> None:
    token, folder = tmp_path / "token", tmp_path / "secrets"
    token.touch()
    folder.mkdir()
    arguments = jail.arguments(space, program, (tmp_path,), (token, folder, tmp_path / "missing"))
    given = place_of(arguments, "--ro-bind", str(tmp_path), str(tmp_path))
    assert given < place_of(arguments, "--ro-bind", "/dev/null", str(token))
    assert given < place_of(arguments, "--tmpfs", str(folder))
    assert given < place_of(arguments, "--tmpfs", str(space.root.parent))
    assert place_of(arguments, "--remount-ro", str(folder)) > 0
    assert str(tmp_path / "missing") not in arguments


def test_a_program_below_a_mask_is_shown_all_the_same(
    space: Workspace, program: Path, tmp_path: Path
) -> None:
    arguments = jail.arguments(space, program, (tmp_path,), (tmp_path / "venv",))
    hidden = place_of(arguments, "--tmpfs", str(tmp_path / "venv"))
    assert 0 < hidden < place_of(arguments, "--ro-bind", str(program), str(program))


def test_a_program_that_is_a_link_stays_one(
    space: Workspace, program: Path, tmp_path: Path
) -> None:
    link = tmp_path / "bin" / "claude"
    link.parent.mkdir()
    link.symlink_to(program)
    arguments = jail.arguments(space, link, (), ())
    assert place_of(arguments, "--ro-bind", str(program), str(program)) > 0
    assert place_of(arguments, "--symlink", str(program), str(link)) > 0
    assert arguments[-1] == str(link)


def test_a_program_of_the_system_needs_no_rule(space: Workspace) -> None:
    shell = Path("/bin/sh")
    arguments = jail.arguments(space, shell, (), ())
    assert str(shell.resolve()) not in arguments
    assert place_of(arguments, "--symlink", str(shell.resolve()), "/bin/sh") == -1


def test_nobody_is_root_inside_and_nobody_else_is_known(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr("os.getgid", lambda: 0)
    users = jail.accounts(space)[space.root / "passwd"]
    assert users.startswith(f"carrel:x:1000:1000::{space.tmp}/home:")
    assert len(users.splitlines()) == 2
    assert place_of(jail.base(), "--uid", "1000", "--gid", "1000") > 0


@pytest.mark.parametrize("name", ["shadow", "ssh", "ssl", "ssl/private", "gitconfig"])
def test_private_parts_of_etc_are_not_listed(name: str) -> None:
    assert name not in jail.ETC


@pytest.mark.parametrize("name", ["sys", "sysrq-trigger"])
def test_the_kernels_settings_are_read_only(name: str) -> None:
    assert place_of(jail.base(), "--ro-bind-try", f"/proc/{name}", f"/proc/{name}") > 0


def test_a_project_is_written_and_its_guarded_parts_are_not(
    space: Workspace, program: Path, tmp_path: Path
) -> None:
    code, lender = tmp_path / "code", tmp_path / "lender"
    for folder in (code / ".git", code / "deep" / "sub", lender):
        folder.mkdir(parents=True)
    bound = replace(
        space,
        kind="project",
        work=code,
        guarded=(code / ".git", code / "deep" / "sub"),
        pinned=(code / "deep",),
        shown=(lender,),
    )
    arguments = jail.arguments(bound, program, (), (tmp_path,))
    work = place_of(arguments, "--bind", str(code), str(code))
    pinned = place_of(arguments, "--bind", str(code / "deep"), str(code / "deep"))
    for path, after in ((code / ".git", work), (code / "deep" / "sub", pinned)):
        assert 0 < after < place_of(arguments, "--ro-bind", str(path), str(path))
    assert 0 < work < pinned
    assert place_of(arguments, "--ro-bind", str(lender), str(lender)) > 0
    assert str(code / ".claude") not in arguments


def test_a_program_apart_has_one_folder_and_no_network(tmp_path: Path) -> None:
    folder, tmp = tmp_path / "a", tmp_path / "tmp"
    for writable, kind in ((True, "--bind"), (False, "--ro-bind")):
        arguments = jail.apart(folder, tmp, (tmp_path / "b",), writable=writable)
        assert place_of(arguments, kind, str(folder), str(folder)) > 0
        assert place_of(arguments, "--ro-bind", str(tmp_path / "b"), str(tmp_path / "b")) > 0
        assert "--unshare-net" in arguments
        assert arguments[-3:] == ("--remount-ro", "/", "--")
