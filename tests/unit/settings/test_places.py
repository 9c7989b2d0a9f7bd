"""Where things lie, and what children may see of the environment."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from carrel.core.errors import ConfigError, Unavailable
from carrel.settings.places import (
    KEPT,
    LONGEST_SOCKET,
    control_socket,
    environment,
    home_of,
    login_home,
    made_private,
    require_own,
    scrub,
)


def test_scrub_leaves_only_what_children_may_see(monkeypatch) -> None:
    """spec: 11.3"""
    for name in tuple(environment()):
        monkeypatch.delenv(name)
    kept = dict.fromkeys((*KEPT, "LC_ALL"), "kept")
    for name in (*kept, "ANTHROPIC_API_KEY", "DISCORD_TOKEN", "CARREL_HOME", "LD_PRELOAD", "LC"):
        monkeypatch.setenv(name, "kept")
    before = environment()
    scrub()
    assert environment() == kept
    assert before["DISCORD_TOKEN"] == "kept", "a copy"


def test_the_homes_own_file_adds_to_the_environment_but_has_not_the_last_word(
    monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    monkeypatch.setenv("DISCORD_TOKEN", "of the process")
    file = tmp_path / "environment"
    file.write_text(
        "# a key\nANTHROPIC_API_KEY = 'sk-1'\nDISCORD_TOKEN=filed\nnothing\n\nexport A=b"
    )
    file.chmod(0o600)
    found = environment()
    assert (found["ANTHROPIC_API_KEY"], found["DISCORD_TOKEN"]) == ("sk-1", "of the process")
    assert found["A"] == "b"
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        environment()
    file.unlink()
    file.mkdir(mode=0o700)
    with pytest.raises(ConfigError, match="cannot be read"):
        environment()


def test_the_home_is_where_it_is_said_to_be(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/people/ada")
    assert home_of({}) == Path("/people/ada/.carrel")
    assert home_of({"CARREL_HOME": ""}) == Path("/people/ada/.carrel")
    assert home_of({"CARREL_HOME": "/srv/carrel"}) == Path("/srv/carrel")
    assert home_of({"CARREL_HOME": "~/c"}) == Path("/people/ada/c")
    assert home_of({"CARREL_HOME": "c"}).is_absolute()
    assert login_home({"HOME": "/people/mia"}) == Path("/people/mia")
    assert login_home({}) == Path("/people/ada")


def test_a_home_is_made_and_closed_or_it_is_said_why_not(tmp_path) -> None:
    home = tmp_path / "people" / "home"
    for _ in range(2):
        made_private(home)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        home.chmod(0o755)
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match=r"cannot be written: Not a directory\."):
        made_private(tmp_path / "file" / "home")


def test_the_control_socket_has_a_name_that_a_socket_can_have(tmp_path) -> None:
    short, long = Path("/srv/carrel"), tmp_path / ("ü" * 60)
    assert control_socket(short) == short / "run" / "control.sock"
    far = control_socket(long)
    assert len(os.fsencode(far)) <= LONGEST_SOCKET
    assert far == control_socket(long)
    assert far != control_socket(tmp_path / ("ö" * 60))
    assert str(os.getuid()) in far.parent.name


def test_a_folder_that_is_open_to_others_is_not_trusted(tmp_path) -> None:
    folder = tmp_path / "carrel-0"
    folder.mkdir(mode=0o700)
    require_own(folder)
    folder.chmod(0o755)
    with pytest.raises(ConfigError, match="open to them"):
        require_own(folder)
