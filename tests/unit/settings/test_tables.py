"""The models: frozen, and open where the engine decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.settings.loading import load
from carrel.settings.tables import Settings


def said(home: Path, text: str) -> Settings:
    (home / "carrel.toml").write_text(text)
    return load(home, {})


def test_a_model_may_be_left_to_the_engine_or_named(tmp_path) -> None:
    assert said(tmp_path, "").engine.model is None
    assert said(tmp_path, "[engine]\nmodel = 'opus'").engine.model == "opus"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().engine.max_live = 9
