"""npm is asked once, and only what it was asked is answered for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from carrel.engines.claude import npm as module
from carrel.engines.claude.npm import PATH, Npm, ask, stand_in
from carrel.workspaces.launcher import SYSTEM_PATH


def program(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / "npm"
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


def is_there(pid: Path) -> bool:
    return pid.exists() and Path("/proc", pid.read_text().strip()).exists()


def test_it_is_the_path_of_the_walls():
    assert PATH == SYSTEM_PATH


async def test_what_npm_says_is_known(tmp_path):
    made = program(tmp_path, 'echo "/opt/a b/$*"')
    assert await ask(f"{tmp_path}:{PATH}") == Npm(str(made), "/opt/a b/root -g")


@pytest.mark.parametrize("text", ["exit 3", "echo", "echo lost; exit 1"])
async def test_without_an_answer_nothing_stands_in(tmp_path, text):
    program(tmp_path, text)
    assert await ask(f"{tmp_path}:{PATH}") is None


async def test_without_npm_nothing_stands_in(tmp_path):
    assert await ask(str(tmp_path)) is None


async def test_an_npm_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    program(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    assert await ask(f"{tmp_path}:{PATH}") is None
    assert not is_there(tmp_path / "pid")


def test_the_script_repeats_the_answer_and_leaves_all_else_to_npm(tmp_path):
    real = program(tmp_path / "real one", 'echo "really: $*"')
    path = stand_in(Npm(str(real), "/opt/it's here"), tmp_path / "bin")
    assert path == f"{tmp_path / 'bin'}:{PATH}"

    def said(*words: str) -> str:
        command = [tmp_path / "bin" / "npm", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert said("root", "-g") == "/opt/it's here"
    assert said("root") == "really: root"
    assert said("install", "a b") == "really: install a b"
