"""Who is heard, and where it answers: what holds already is kept by Enter."""

from __future__ import annotations

import pytest

from carrel.cli.wizard import people
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.ports.guide import Guide, Named, Survey
from carrel.setting_up.draft import Draft, Network


@pytest.mark.parametrize("word", ["all", "mention", "never"])
def test_an_answer_is_kept_by_enter(tmp_path, monkeypatch, word) -> None:
    (tmp_path / "carrel.toml").write_text(f'[defaults]\nanswer = "{word}"\n')
    asked: list[str] = []

    def line(_self: Asker, question: str, default: str = "") -> str:
        asked.append(question)
        assert len(asked) < 9, "it is asked for ever"
        return default

    monkeypatch.setattr(Asker, "line", line)
    draft = Draft(tmp_path, {})
    survey = Survey("bot", places=(Named("discord:7", "home"),))
    guide = Guide("Discord", "", (), (), _none, _none, _none)
    people.choose(
        Asker(asks=True), Given(), draft, (Network("discord", guide, None, None, survey),)
    )
    assert draft.settings.defaults.answer == word


async def _none(*_: object) -> None:
    raise AssertionError
