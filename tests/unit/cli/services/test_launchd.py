"""A launch agent: another's is left alone, and what the disk forbids is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.cli.services import launchd
from carrel.cli.services.launchd import Launchd
from carrel.cli.services.units import Spec
from carrel.core.errors import ConfigError


@pytest.fixture
def agents(tmp_path, monkeypatch) -> Launchd:
    """A launchctl that does all that it is asked."""
    monkeypatch.setattr(launchd, "ask", lambda *_: (0, ""))
    monkeypatch.setattr(launchd, "need", lambda *_: None)
    return Launchd(tmp_path / "agents", tmp_path / "logs")


def spec(home: str) -> Spec:
    return Spec(("carrel", "up"), Path(home), {"CARREL_HOME": home, "PATH": "/bin"}, 20.0)


def test_it_is_installed_again_for_its_own_home_and_taken_away(agents) -> None:
    for _ in range(2):
        agents.install(spec("/elsewherenn & bob/.carrel"))
    assert agents.uninstall()
    assert not agents.file.exists()
    assert not agents.uninstall()


def test_one_that_serves_another_home_is_left_alone(agents) -> None:
    agents.install(spec("/elsewherenn/.carrel"))
    before = agents.file.read_bytes()
    with pytest.raises(ConfigError, match="serves another home"):
        agents.install(spec("/elsewherenn"))
    assert agents.file.read_bytes() == before


def test_one_that_people_wrote_is_left_alone(agents) -> None:
    agents.folder.mkdir()
    agents.file.write_text("mine")
    for act in (lambda: agents.install(spec("/x")), agents.uninstall):
        with pytest.raises(ConfigError, match="was not made by Carrel"):
            act()
    assert agents.file.read_text() == "mine"


def test_what_the_disk_forbids_is_a_sentence(agents) -> None:
    agents.folder.write_text("no folder")
    with pytest.raises(ConfigError, match="cannot be changed"):
        agents.install(spec("/x"))
