"""What the machine lacks, and a key that is pasted."""

from __future__ import annotations

import pytest

from carrel.cli.wizard import machine
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import ConfigError
from carrel.setting_up.draft import Draft


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (["sk-test-0123"], "ANTHROPIC_API_KEY=sk-test-0123"),
        (["sk-test 0123", "sk-\u200btest", "sk-test-0123"], "ANTHROPIC_API_KEY=sk-test-0123"),
        (["two words", ""], None),
    ],
)
def test_what_is_pasted_and_is_no_key_is_asked_for_again(
    tmp_path, monkeypatch, pasted, kept
) -> None:
    monkeypatch.setattr(Asker, "secret", lambda *_, **__: pasted.pop(0))
    monkeypatch.setattr(Asker, "choose", lambda _self, _question, _options, default: default)
    home = tmp_path / "home"
    draft = Draft(home, {"HOME": str(tmp_path)})
    machine.look(Asker(asks=True), Given(isolation="folder"), draft)
    draft.write()
    assert pasted == []
    file = home / "environment"
    assert (file.read_text().strip() if file.exists() else None) == kept


def bounded(home, *, given: float | None = None, typed: tuple[str, ...] = ()) -> float | None:
    """The budget of a home after the wizard."""
    answers = [*typed]
    draft, asker = Draft(home, {"HOME": str(home)}), Asker(asks=bool(typed))
    asker.line = lambda _question, default="": (answers.pop(0) or default) if typed else default
    machine.budget(asker, Given(budget=given), draft)
    draft.write()
    assert answers == []
    return draft.settings.budget.day


def test_a_budget_is_what_was_given_and_stays_until_it_is_taken_away(tmp_path) -> None:
    home = tmp_path / "home"
    assert bounded(home) is None
    assert bounded(home, given=10) == 10
    assert bounded(home) == 10
    assert bounded(home, typed=("",)) == 10
    assert bounded(home, typed=("lots", "-3", "inf", "$7.50")) == 7.5
    assert bounded(home, typed=("0",)) is None


@pytest.mark.parametrize("amount", [-1.0, float("inf"), float("nan")])
def test_what_is_no_money_is_refused(tmp_path, amount) -> None:
    with pytest.raises(ConfigError, match="no amount of money"):
        bounded(tmp_path / "home", given=amount)
