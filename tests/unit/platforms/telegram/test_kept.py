"""What is kept is there for the next process, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.platforms.telegram import kept


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "own" / "map.json"
    assert kept.read(file) == {}
    kept.write(file, {"a": 1, "b": -2})
    assert kept.read(file) == {"a": 1, "b": -2}
    assert [one.name for one in file.parent.iterdir()] == ["map.json"]


@pytest.mark.parametrize("text", ["[1]", "{", '{"a": "x"}', ""])
def test_a_broken_file_is_told_and_not_obeyed(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.json").write_text(text)
    assert kept.read(tmp_path / "map.json") == {}


def test_what_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder must be")
    with pytest.raises(Unavailable):
        kept.write(tmp_path / "taken" / "map.json", {})
