from __future__ import annotations

import pytest

from carrel.core.errors import ConfigError
from carrel.settings.plugins import names, platform, plugin
from carrel.stores.memory import MemoryStore


def test_what_is_installed_is_found_by_its_name(tmp_path) -> None:
    assert isinstance(plugin("stores", "memory")(None), MemoryStore)


def test_what_is_not_there_is_told_with_what_is() -> None:
    assert {"memory", "sqlite"} <= set(names("stores"))
    with pytest.raises(
        ConfigError, match="no 'redis' among the stores; installed: memory, postgres, sqlite"
    ):
        plugin("stores", "redis")
    with pytest.raises(ConfigError, match="no 'smoke' among the platforms"):
        platform("smoke")


def test_what_is_no_platform_is_not_taken_for_one(monkeypatch) -> None:
    monkeypatch.setattr("carrel.settings.plugins.plugin", lambda _kind, _name: object())
    with pytest.raises(ConfigError, match="'old' is no platform"):
        platform("old")
