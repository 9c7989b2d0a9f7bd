"""A unit is left only where there is somebody who reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.cli.services import systemd
from carrel.cli.services.systemd import Systemd
from carrel.cli.services.units import Spec
from carrel.core.errors import Unavailable

SPEC = Spec(("carrel", "up"), Path("/x/.carrel"), {"CARREL_HOME": "/x/.carrel"}, 20.0)


def test_without_a_manager_no_unit_is_left(tmp_path, monkeypatch) -> None:
    def no_bus(*_: str) -> None:
        raise Unavailable("Failed to connect to bus")

    monkeypatch.setattr(systemd, "need", no_bus)
    units = Systemd(tmp_path / "units", system=False)
    with pytest.raises(Unavailable, match="bus"):
        units.install(SPEC)
    assert not units.file.exists()


def test_a_unit_is_there_before_it_is_read(tmp_path, monkeypatch) -> None:
    asked: list[tuple[str, bool]] = []
    units = Systemd(tmp_path / "units", system=False)
    monkeypatch.setattr(systemd, "need", lambda *to: asked.append((to[2], units.file.exists())))
    units.install(SPEC)
    assert asked == [
        ("show", False),
        ("daemon-reload", True),
        ("enable", True),
        ("restart", True),
    ]
