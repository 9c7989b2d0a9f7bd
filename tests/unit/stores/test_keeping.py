from __future__ import annotations

import stat
from contextlib import closing

import pytest

from carrel.core.errors import ConfigError
from carrel.stores import backups
from carrel.stores.database import connect
from carrel.stores.keeping import Keeper, require_sqlite
from carrel.stores.statements import Migration, load_migrations
from carrel.testing.clock import ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "copies"


@pytest.fixture
def keeper(path, folder, clock):
    return Keeper(path, folder, clock, keep=2)


def add(path, key: str) -> None:
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO session (key) VALUES (?)", (key,))


def keys(path) -> list[str]:
    with closing(connect(path)) as connection:
        return [row["key"] for row in connection.execute("SELECT key FROM session")]


def test_the_first_start_makes_a_private_file_and_says_nothing(keeper, path, folder) -> None:
    assert keeper.make_ready() == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys(path) == []
    assert backups.newest_first(folder) == ()


def test_every_later_start_begins_with_a_backup(keeper, path, folder) -> None:
    keeper.make_ready()
    add(path, "k")
    assert keeper.make_ready() == ()
    (copy,) = backups.newest_first(folder)
    assert copy.name.endswith("-start.db")
    assert keys(copy) == ["k"]


async def test_only_the_newest_backups_are_kept(keeper, clock, folder) -> None:
    keeper.make_ready()
    for name in ("daily-one", "daily-two", "daily-three"):
        await clock.advance(1)
        keeper.back_up(name)
    names = [copy.stem.rpartition("-")[2] for copy in backups.newest_first(folder)]
    assert names == ["three", "two"]


def test_the_backup_is_from_before_the_migration(keeper, path, folder, clock) -> None:
    keeper.make_ready()
    newest = load_migrations()[-1].number
    later = Migration(newest + 1, "9999_x", "CREATE TABLE later (x);")
    steps = (*load_migrations(), later)
    Keeper(path, folder, clock, 2, steps).make_ready()
    (copy,) = backups.newest_first(folder)
    with closing(connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == newest
    with pytest.raises(ConfigError, match=f"has schema {newest + 1}"):
        keeper.make_ready()


async def test_a_damaged_backup_is_passed_over(keeper, path, folder, clock) -> None:
    """spec: 9.4"""
    keeper.make_ready()
    add(path, "k")
    keeper.back_up("good")
    await clock.advance(1)
    keeper.back_up("bad")
    backups.newest_first(folder)[0].write_bytes(b"garbage" * 999)
    path.write_bytes(b"garbage" * 999)
    (incident,) = keeper.make_ready()
    assert "not a database" in incident
    assert "-good.db was restored" in incident
    assert keys(path) == ["k"]


@pytest.mark.parametrize("content", [b"", b"garbage" * 999])
def test_without_a_backup_it_starts_empty_and_says_so(keeper, path, folder, content) -> None:
    path.write_bytes(content)
    (incident,) = keeper.make_ready()
    assert "starts with an empty store" in incident
    assert [file.read_bytes() for file in folder.glob("damaged-*.db")] == [content]
    assert keys(path) == []


def test_a_missing_file_is_restored_where_there_is_a_backup(keeper, path) -> None:
    keeper.make_ready()
    add(path, "k")
    keeper.back_up("good")
    path.unlink()
    (incident,) = keeper.make_ready()
    assert "is missing" in incident
    assert keys(path) == ["k"]


def test_a_checkpoint_empties_the_log(database, path, keeper) -> None:
    database.connection.execute("INSERT INTO session (key) VALUES ('k')")
    log = path.with_name("carrel.db-wal")
    assert log.stat().st_size > 0
    keeper.checkpoint()
    assert log.stat().st_size == 0


def test_an_old_sqlite_is_refused() -> None:
    require_sqlite((3, 37, 0))
    with pytest.raises(ConfigError, match=r"SQLite is 3\.36\.9; Carrel needs 3\.37\.0"):
        require_sqlite((3, 36, 9))
