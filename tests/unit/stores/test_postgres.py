from __future__ import annotations

import sys

import pytest

from carrel.core.errors import ConfigError
from carrel.ports.store import StoreParts
from carrel.stores.postgres import build, host_id
from carrel.testing.clock import ManualClock


def test_a_home_has_a_host_of_its_own_and_keeps_it(tmp_path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = host_id(tmp_path / "a")
    assert host_id(tmp_path / "a") == first
    assert host_id(tmp_path / "b") != first


def test_without_an_address_it_says_where_to_put_one(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"`url` in `\[store\]`"):
        build(StoreParts(tmp_path, ManualClock()))


def test_without_the_driver_it_says_how_to_install_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "carrel.stores.postgres.store", None)
    with pytest.raises(ConfigError, match=r"carrel\[postgres\]"):
        build(StoreParts(tmp_path, ManualClock(), "postgresql:///carrel"))
