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


def test_a_fault_of_any_kind_is_in_the_bundle(home, tmp_path, monkeypatch) -> None:
    async def examine(*_: object) -> tuple[Finding, ...]:
        raise ZeroDivisionError("planted-password")

    monkeypatch.setattr(doctor, "examine", examine)
    (home / "x.token").mkdir()
    (home / "discord.token").write_text("planted-password")
    assert packed(tmp_path / "bundle")["doctor.json"] == '"ZeroDivisionError: [secret]"\n'


def test_an_address_that_is_none_is_taken_out_and_told(home, tmp_path) -> None:
    (home / "carrel.toml").write_text("[store]\nurl = 'postgresql://ann:planted@[x'\n")
    held = packed(tmp_path / "bundle")
    assert "planted" not in "".join(held.values())
    assert "postgresql://user:password@host" in held["doctor.json"]


def test_a_bundle_that_cannot_be_made_leaves_no_file(home, tmp_path, monkeypatch) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(diagnostics, "_machine", broken)
    with pytest.raises(ZeroDivisionError):
        packed(tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
