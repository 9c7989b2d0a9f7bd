"""What the machine lacks, and a key that is pasted."""

from __future__ import annotations

import pytest

from carrel.cli.wizard import machine
from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.draft import Draft, Given


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
