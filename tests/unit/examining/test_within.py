"""What an owner is told from inside. spec: 16.13"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from carrel.core.jobs import PLATFORM
from carrel.examining import machine, securing
from carrel.examining.within import Examination
from carrel.ports.platform import Finding
from carrel.settings.live import LiveSettings
from carrel.settings.tables import Settings
from carrel.testing.clock import ManualClock
from carrel.testing.house import RecordingPlatform


@pytest.fixture
def looks(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    asked = []

    async def service(url, _clock):
        asked.append(url)
        return (Finding("service", well=True, said="ok"),)

    monkeypatch.setattr(machine, "service", service)
    live = LiveSettings(tmp_path, {}, Settings(walls={"isolation": "folder"}))
    there = {"fake": RecordingPlatform(), PLATFORM: RecordingPlatform()}
    made = Examination(tmp_path, {}, "http://stand-in", there, live, ManualClock())
    return made, asked


async def unwell(made: Examination) -> dict[str, str]:
    return {one.what: one.said for one in await made.findings() if not one.well}


async def test_everything_that_can_be_seen_from_inside_is_looked_at_once(looks) -> None:
    made, asked = looks
    found = [one.what for one in await made.findings()]
    assert {"settings", "walls", "login", "disk", "service", "fake"} <= set(found)
    assert (found.count("walls"), PLATFORM in found) == (1, False)
    assert asked == ["http://stand-in"], "the demo asks nobody outside"


async def test_a_connection_that_is_gone_or_in_trouble_is_found(looks) -> None:
    made, _ = looks
    assert "fake" not in await unwell(made)
    made.platforms["fake"].troubles = ("The bot may not write there.",)
    assert (await unwell(made))["fake"] == "The bot may not write there."
    made.platforms["fake"].troubles, made.platforms["fake"].listening = (), False
    assert (await unwell(made))["fake"] == "it does not listen"


async def test_a_connection_that_is_well_hides_nothing_that_was_left_open(
    looks, monkeypatch, tmp_path
) -> None:
    """The console's own port is open to others, and the console listens."""
    made, _ = looks
    (tmp_path / "tcp").write_text("head\n0: 00000000:1267 00000000:0000 0A\n")
    monkeypatch.setattr(securing, "examine", partial(securing.examine, user=1000, net=tmp_path))
    made.platforms["console"] = RecordingPlatform()
    assert "for other machines too" in (await unwell(made))["port"]


async def test_what_was_left_open_is_found_too(looks) -> None:
    made, _ = looks
    made.home.chmod(0o755)
    assert "is open to others" in (await unwell(made))["home"]
    closed = replace(made, environ={"ANTHROPIC_API_KEY": "sk-x"})
    assert "login" in await unwell(made)
    assert "login" not in await unwell(closed)
