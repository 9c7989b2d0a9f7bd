"""The end of the wizard: nothing is written before all that was given can be done."""

from __future__ import annotations

import pytest

from carrel.cli import wizard
from carrel.cli.wizard import ending, networks
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import ConfigError
from carrel.ports.guide import Named, Survey
from carrel.setting_up.draft import Draft, Network

KNOWN = Survey("bot", places=(Named("discord:7", "home"),))


@pytest.mark.parametrize("survey", [KNOWN, None])
def test_a_hello_where_the_bot_is_not_is_refused_with_nothing_written(
    tmp_path, monkeypatch, survey
) -> None:
    seen = () if survey is None else (Network("discord", None, None, None, survey),)
    monkeypatch.setattr(networks, "connect", lambda *_: seen)
    home = tmp_path / "home"
    given = Given(isolation="folder", timezone="UTC", hello="discord:8", service=False)
    with pytest.raises(ConfigError, match="discord:8"):
        wizard.run(given, home, {"HOME": str(tmp_path)}, asks=False)
    assert not home.exists()


def test_settings_that_are_written_are_noted(tmp_path, monkeypatch) -> None:
    home, noted = tmp_path / "home", []
    monkeypatch.setattr(ending, "note", lambda *told: noted.append((told, home.exists())))
    ending.write(Asker(asks=False), Draft(home, {}))
    assert noted == [((home, "settings written"), True)]


def test_who_has_the_last_word_is_said_at_the_end(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(ending, "note", lambda *_: None)
    draft = Draft(tmp_path / "home", {"CARREL_DEFAULTS__ANSWER": "all"})
    draft.set({("defaults", "answer"): "never"})
    ending.write(Asker(asks=False), draft)
    assert "CARREL_DEFAULTS__ANSWER in the environment" in capsys.readouterr().out
