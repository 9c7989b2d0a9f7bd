"""A file is replaced by whoever has read what it says, and by nobody else."""

from __future__ import annotations

import stat

import pytest

from carrel.core.errors import ConfigError
from carrel.settings import replacing


def test_what_was_read_is_replaced(tmp_path) -> None:
    file = tmp_path / "carrel.toml"
    assert replacing.held(file) is None
    replacing.replace(file, None, "one")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    replacing.replace(file, replacing.held(file), "two")
    assert replacing.held(file) == "two"


@pytest.mark.parametrize("before", [None, "", "one "])
def test_what_says_something_else_by_now_is_left_alone(tmp_path, before) -> None:
    file = tmp_path / "carrel.toml"
    file.write_text("one")
    with pytest.raises(ConfigError, match="nothing was written"):
        replacing.replace(file, before, "two")
    assert file.read_text() == "one"


def test_what_is_gone_is_something_else(tmp_path) -> None:
    with pytest.raises(ConfigError, match="nothing was written"):
        replacing.require(tmp_path / "carrel.toml", "one")
