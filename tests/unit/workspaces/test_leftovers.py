"""Half-built walls are ended, and nothing else that looks like them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from carrel.workspaces import leftovers

SESSIONS = Path("/srv/carrel/sessions")
MINE = f"bwrap\0--\0claude\0--add-dir\0{SESSIONS}/one/inbox"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whom a signal was sent, instead of ending them."""
    sent: list[int] = []

    def kill(pid: int, number: int) -> None:
        assert number == signal.SIGKILL
        sent.append(pid)

    monkeypatch.setattr(os, "kill", kill)
    return sent


def process(
    proc: Path, pid: int, name: str, above: int, inside: str = "", line: str = MINE
) -> None:
    entry = proc / str(pid)
    entry.mkdir(parents=True)
    told = f"Name:\t{name}\nUmask:\t0022\nPPid:\t{above}\nNSpid:\t{pid}{inside}\n"
    (entry / "status").write_text(told)
    (entry / "cmdline").write_text(line)


def test_an_inner_process_without_its_outer_one_is_ended(tmp_path: Path, ended: list[int]) -> None:
    process(tmp_path, 1, "systemd", 0)
    process(tmp_path, 30, "bwrap", 1, inside="\t1")
    assert leftovers.end(SESSIONS, tmp_path) == 1
    assert ended == [30]


def test_walls_that_stand_are_left_alone(tmp_path: Path, ended: list[int]) -> None:
    process(tmp_path, 1, "systemd", 0)
    process(tmp_path, 20, "carrel", 1)
    process(tmp_path, 30, "bwrap", 20)
    process(tmp_path, 31, "bwrap", 30, inside="\t1")
    process(tmp_path, 32, "claude", 31, inside="\t2")
    process(tmp_path, 40, "bwrap", 1)  # of a terminal whose shell is gone
    assert leftovers.end(SESSIONS, tmp_path) == 0
    assert ended == []


def test_those_of_others_are_left_alone(tmp_path: Path, ended: list[int]) -> None:
    process(tmp_path, 1, "systemd", 0)
    process(tmp_path, 30, "bwrap", 1, "\t1", line="bwrap\0--\0sh")
    process(tmp_path, 31, "bwrap", 1, "\t1", line=f"bwrap\0{SESSIONS}-of-another/one")
    process(tmp_path, 32, "sh", 1, "\t1")
    (tmp_path / "33").mkdir()
    assert leftovers.end(SESSIONS, tmp_path) == 0
    assert ended == []
