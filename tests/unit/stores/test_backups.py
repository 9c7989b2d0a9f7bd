from __future__ import annotations

import stat
from contextlib import closing

from carrel.stores import backups
from carrel.stores.damage import find_damage
from carrel.stores.database import connect


def test_stamps_sort_by_age() -> None:
    assert backups.stamp(0.25) == "19700101T000000.250Z"
    assert sorted(map(backups.stamp, (3e9, 5.0, 5.001))) == list(
        map(backups.stamp, (5.0, 5.001, 3e9))
    )


def test_a_copy_of_a_database_in_use_is_whole_and_private(database, path, tmp_path) -> None:
    database.connection.execute("INSERT INTO session (key) VALUES ('k')")
    database.connection.execute("BEGIN IMMEDIATE")
    database.connection.execute("INSERT INTO session (key) VALUES ('not yet')")
    copy = backups.copy_live(path, tmp_path, 0.0, "Before / the TEST")
    database.connection.execute("ROLLBACK")
    assert copy.name == "carrel-19700101T000000.000Z-before-the-test.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert find_damage(copy) is None
    with closing(connect(copy)) as connection:
        assert [row["key"] for row in connection.execute("SELECT key FROM session")] == ["k"]
    assert sorted(file.name for file in tmp_path.glob("carrel-*")) == [copy.name]


def test_the_newest_are_kept(database, path, tmp_path) -> None:
    copies = [backups.copy_live(path, tmp_path, float(n), "x") for n in range(5)]
    backups.keep_newest(tmp_path, 2)
    assert backups.newest_first(tmp_path) == (copies[4], copies[3])


def test_many_starts_push_no_daily_one_out(database, path, tmp_path) -> None:
    days = [backups.copy_live(path, tmp_path, float(n), f"daily-{n}") for n in range(3)]
    starts = [backups.copy_live(path, tmp_path, 10.0 + n, "start") for n in range(5)]
    backups.keep_newest(tmp_path, 2)
    assert backups.newest_first(tmp_path) == (starts[4], starts[3], days[2], days[1])


def test_setting_aside_moves_the_log_too(path, tmp_path) -> None:
    files = [path, path.with_name("carrel.db-wal"), path.with_name("carrel.db-shm")]
    for file in files:
        file.write_bytes(b"x")
    folder = tmp_path / "backups"
    folder.mkdir()
    backups.set_aside(path, folder, 0.0, keep=True)
    assert all(file.exists() for file in files)
    aside = backups.set_aside(path, folder, 1.0, keep=False)
    assert not any(file.exists() for file in files)
    assert {file.name.removeprefix(aside.name) for file in folder.glob(f"{aside.name}*")} == {
        "",
        "-wal",
        "-shm",
    }
    assert backups.newest_first(folder) == ()


def test_a_restored_backup_stays_a_backup(database, path, tmp_path) -> None:
    copy = backups.copy_live(path, tmp_path, 0.0, "x")
    target = tmp_path / "new.db"
    backups.restore(copy, target)
    assert target.read_bytes() == copy.read_bytes()
    assert list(tmp_path.glob("*.unfinished")) == []
