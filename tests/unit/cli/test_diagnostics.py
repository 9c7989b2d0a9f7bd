"""The bundle that helps to find a fault: what is in it, and what never is."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from carrel.cli import diagnostics, doctor
from carrel.ports.platform import Finding


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    (home / "carrel.toml").write_text("")
    monkeypatch.setenv("CARREL_HOME", str(home))

    async def examine(*_: object) -> tuple[Finding, ...]:
        return (Finding("disk", well=True, said="ok"),)

    monkeypatch.setattr(doctor, "examine", examine)
    return home


def packed(file: Path) -> Mapping[str, str]:
    """What the bundle holds, by the names of its files."""
    diagnostics.command(file)
    with tarfile.open(file) as bundle:
        return {m.name.split("/")[1]: bundle.extractfile(m).read().decode() for m in bundle}


def test_every_token_of_the_home_is_taken_out(home, tmp_path) -> None:
    for name in ("discord.token", "slack.token", "slack.app_token"):
        (home / name).write_text(f"planted-{name}\n")
    (home / "logs" / "carrel.log").write_text("planted-slack.app_token planted-slack.token\n")
    assert packed(tmp_path / "bundle")["carrel.log"] == "[secret] [secret]\n"
