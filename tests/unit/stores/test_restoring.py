"""A person goes back to a copy: what was there is kept, and what cannot be is refused."""

from __future__ import annotations

import stat
from contextlib import closing

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.stores import backups, restoring
from carrel.stores.damage import find_damage
from carrel.stores.database import connect


def keys(path) -> list[str]:
    with closing(connect(path)) as connection:
        return [row["key"] for row in connection.execute("SELECT key FROM session ORDER BY rowid")]


def add(database, key: str) -> None:
    database.connection.execute("INSERT INTO session (key) VALUES (?)", (key,))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def test_a_copy_is_made_while_the_store_is_in_use(database, path, folder) -> None:
    """spec: 18.1"""
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    assert copy.name == "carrel-19700101T000000.000Z-asked.db"
    assert keys(copy) == ["before"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_without_a_store_there_is_nothing_to_copy(path, folder) -> None:
    with pytest.raises(Refused, match="nothing to copy"):
        restoring.copy_now(path, folder, 0.0)
    assert not folder.exists()


def test_a_damaged_store_is_not_copied_as_if_it_were_sound(database, path, folder) -> None:
    add(database, "before")
    database.connection.close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)
    with pytest.raises(Refused):
        restoring.copy_now(path, folder, 0.0)
    assert backups.newest_first(folder) == ()


def test_going_back_keeps_what_was_there(database, path, folder) -> None:
    """spec: 18.1"""
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    add(database, "after")
    database.connection.close()
    old = restoring.go_back(copy.name, path, folder, 1.0)
    assert keys(path) == ["before"]
    assert old is not None
    assert keys(old) == ["before", "after"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_old_log_is_not_taken_for_the_new_store_s(database, path, folder, tmp_path) -> None:
    """A log beside the file is laid over it by whoever opens it next."""
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    add(database, "after")
    assert path.with_name("carrel.db-wal").stat().st_size > 0
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for side in ("", "-wal"):
        file = path.with_name(path.name + side)
        (crashed / file.name).write_bytes(file.read_bytes())
    restoring.go_back(copy.name, crashed / "carrel.db", folder, 1.0)
    assert keys(crashed / "carrel.db") == ["before"]
    assert find_damage(crashed / "carrel.db") is None


def test_a_damaged_store_is_set_aside_and_replaced(database, path, folder) -> None:
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    database.connection.close()
    path.write_bytes(b"no database at all" * 500)
    old = restoring.go_back(copy.name, path, folder, 1.0)
    assert old is not None
    assert old.name.startswith("damaged-")
    assert keys(path) == ["before"]


def test_a_missing_store_is_put_there(database, path, folder, tmp_path) -> None:
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    assert restoring.go_back(copy.name, tmp_path / "new.db", folder, 1.0) is None
    assert keys(tmp_path / "new.db") == ["before"]


def test_a_log_whose_store_is_missing_is_set_aside(database, path, folder, tmp_path) -> None:
    """Its records may be all that is left of some messages."""
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    log = tmp_path / "new.db-wal"
    log.write_bytes(b"records")
    old = restoring.go_back(copy.name, tmp_path / "new.db", folder, 1.0)
    assert (old.read_bytes(), log.exists()) == (b"records", False)
    assert keys(tmp_path / "new.db") == ["before"]


@pytest.mark.parametrize("name", ["", "nothing.db", "../carrel.db"])
def test_only_a_copy_can_be_gone_back_to(database, path, folder, name) -> None:
    restoring.copy_now(path, folder, 0.0)
    with pytest.raises(Refused, match="no copy"):
        restoring.go_back(name, path, folder, 1.0)


def test_a_damaged_copy_changes_nothing(database, path, folder) -> None:
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    copy.write_bytes(b"rubbish" * 999)
    with pytest.raises(Refused, match="damaged"):
        restoring.go_back(copy.name, path, folder, 1.0)
    assert keys(path) == ["before"]


def test_a_store_that_somebody_has_open_is_left_alone(database, path, folder, monkeypatch) -> None:
    """Its log would stay, and be laid over the new store."""
    monkeypatch.setattr("carrel.stores.database.BUSY_SECONDS", 0.05)
    add(database, "before")
    copy = restoring.copy_now(path, folder, 0.0)
    add(database, "after")
    with pytest.raises(Unavailable):
        restoring.go_back(copy.name, path, folder, 1.0)
    assert keys(path) == ["before", "after"]
