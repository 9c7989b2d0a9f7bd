from __future__ import annotations

import os
from pathlib import Path

import pytest

from carrel.workspaces import launcher


@pytest.mark.parametrize(
    "name", ["LANG", "LC_ALL", "TERM", "TZ", "CLAUDE_CODE_TMPDIR", "DISABLE_TELEMETRY", "NAMED"]
)
def test_harmless_and_named_variables_pass(name: str) -> None:
    assert launcher.allowed({name: "x"}, frozenset({"NAMED"})) == {name: "x"}


@pytest.mark.parametrize(
    "name",
    [
        *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "DISCORD_TOKEN"),
        *("CLAUDE_CODE_CLIENT_KEY", "CLAUDE_PASSWORD", "AWS_SECRET_ACCESS_KEY", "HOME", "PATH"),
        *("LD_PRELOAD", "BASH_ENV", "BASH_FUNC_ls%%", "PYTHONPATH", "", "NAME", "SSH_AUTH_SOCK"),
        "CARREL_GATEWAY",
    ],
)
def test_every_other_variable_stays_out(name: str) -> None:
    assert launcher.allowed({name: "x"}, frozenset({"NAMED"})) == {}


def test_a_free_lock_is_taken_and_a_held_one_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "WAIT_S", 0.05)
    held = launcher.hold(str(tmp_path / "lock"))
    assert held is not None
    assert launcher.hold(str(tmp_path / "lock")) is None
    os.close(held)
    assert launcher.hold(str(tmp_path / "lock")) is not None


def test_a_lock_that_is_a_link_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        launcher.hold(str(tmp_path / "lock"))


def test_a_start_that_waits_too_long_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "WAIT_S", 0.05)
    monkeypatch.setattr(launcher, "_prctl", lambda *_: None)
    launcher.hold(str(tmp_path / "lock"))
    arguments = [
        str(tmp_path / "lock"),
        "0",
        str(tmp_path),
        str(tmp_path / "h"),
        "folder",
        "",
        "/bin/sh",
    ]
    assert launcher.main(arguments) == os.EX_TEMPFAIL
    assert "still running" in capsys.readouterr().err


def test_emptying_removes_everything_and_follows_no_link(tmp_path: Path) -> None:
    kept, tmp = tmp_path / "kept", tmp_path / "tmp"
    (kept / "file").mkdir(parents=True)
    (tmp / "a" / "b").mkdir(parents=True)
    (tmp / "a" / "b" / "file").write_text("x")
    (tmp / "link").symlink_to(kept)
    (tmp / "dangling").symlink_to("nowhere")
    (tmp / "a").chmod(0)
    launcher.empty(str(tmp))
    assert list(tmp.iterdir()) == []
    assert (kept / "file").exists()


def test_bwrap_gets_its_rules_in_a_file() -> None:
    command = launcher.with_descriptors(["bwrap", "--bind", "/a b", "/c", "--", "prog", "--x"], 5)
    assert command[:4] == ["bwrap", "--json-status-fd", "5", "--args"]
    assert command[5:] == ["--", "prog", "--x"]
    assert os.read(int(command[4]), 100) == b"--bind\0/a b\0/c"


def test_a_host_with_a_lower_epoch_starts_nothing(tmp_path: Path) -> None:
    """spec: 21.6"""
    path = str(tmp_path / "lock.epoch")
    assert launcher.newest(path, 0), "nobody shares the folder"
    assert not Path(path).exists()
    seen = [launcher.newest(path, epoch) for epoch in (3, 3, 2, 7, 3)]
    assert seen == [True, True, False, True, False]
    assert Path(path).read_text() == "7"


def test_a_start_that_another_host_has_overtaken_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """spec: 21.6"""
    monkeypatch.setattr(launcher, "_prctl", lambda *_: None)
    lock, kept = tmp_path / "lock", tmp_path / "tmp" / "kept"
    kept.parent.mkdir()
    kept.touch()
    launcher.newest(f"{lock}.epoch", 7)
    words = [str(lock), "6", str(kept.parent), str(tmp_path / "h"), "folder", "", "/bin/sh"]
    assert launcher.main(words) == os.EX_TEMPFAIL
    assert "another host has this session now" in capsys.readouterr().err
    assert kept.exists(), "nothing was touched"
