from __future__ import annotations

import pytest
import typer

from carrel.cli import trash


def test_what_is_put_back_has_to_be_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    with pytest.raises(typer.BadParameter, match="carrel trash restore NAME"):
        trash.command("restore")
