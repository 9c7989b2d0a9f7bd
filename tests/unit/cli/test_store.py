from __future__ import annotations

from contextlib import nullcontext

import pytest

from carrel.cli import audit, store
from carrel.cli.store import Kind, require_file
from carrel.core.errors import ConfigError
from carrel.stores import moving


def test_a_store_that_is_no_file_is_copied_by_others(tmp_path) -> None:
    require_file(tmp_path, {})
    url = "postgresql://ann:hunter2@db/carrel"
    with pytest.raises(ConfigError, match="copy it with `pg_dump`") as refused:
        require_file(tmp_path, {"CARREL_STORE__URL": url})
    assert "hunter2" not in str(refused.value)


def test_a_move_is_noted_once_it_is_done(tmp_path, monkeypatch) -> None:
    noted = []
    monkeypatch.setenv("CARREL_HOME", str(tmp_path))
    monkeypatch.setenv("CARREL_STORE__URL", "postgresql://ann@db/carrel")
    monkeypatch.setattr(store, "_side", lambda *_, **__: nullcontext())
    monkeypatch.setattr(audit, "note", lambda *told, **more: noted.append((told, more)))
    monkeypatch.setattr(moving, "move", lambda *_: {})
    store.command("migrate", Kind.SQLITE, Kind.POSTGRES)
    sides = {"source": "sqlite", "target": "postgres"}
    assert noted == [((tmp_path, "store moved"), sides)]

    def broken(*_: object) -> None:
        raise ConfigError("there are rows")

    monkeypatch.setattr(moving, "move", broken)
    with pytest.raises(ConfigError):
        store.command("migrate", Kind.SQLITE, Kind.POSTGRES)
    assert len(noted) == 1
