from __future__ import annotations

import shutil

import pytest

from carrel.stores.wal import commits_were_dropped, frames_read

PAGE = 4096
FRAME = PAGE + 24


@pytest.fixture
def log(database, path, tmp_path):
    """The log of a database with ten commits after the schema, as a crash leaves it."""
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    for number in range(10):
        database.connection.execute("INSERT INTO session (key) VALUES (?)", (str(number),))
    copy = tmp_path / "copy-wal"
    shutil.copy(path.with_name("carrel.db-wal"), copy)
    return copy


def flip(path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def test_the_index_tells_how_many_frames_were_read(log, path) -> None:
    frames = (log.stat().st_size - 32) // FRAME
    assert frames_read(path.with_name("carrel.db-shm")) == frames > 10


def test_a_sound_log_drops_nothing(log) -> None:
    assert not commits_were_dropped(log, PAGE, (log.stat().st_size - 32) // FRAME)


def test_commits_behind_a_damaged_frame_are_found(log) -> None:
    flip(log, 32 + FRAME + 100)
    assert commits_were_dropped(log, PAGE, 1)


def test_commits_behind_a_damaged_header_are_found(log) -> None:
    flip(log, 17)
    assert commits_were_dropped(log, PAGE, 0)


def test_one_torn_commit_is_no_damage(log) -> None:
    frames = (log.stat().st_size - 32) // FRAME
    assert not commits_were_dropped(log, PAGE, frames - 1)
    log.write_bytes(log.read_bytes()[:-100])
    assert not commits_were_dropped(log, PAGE, frames - 2)


def test_an_earlier_generation_s_frames_are_not_missed(log) -> None:
    content = bytearray(log.read_bytes())
    for at in range(32 + FRAME, len(content), FRAME):
        content[at + 8] ^= 0xFF
    log.write_bytes(content)
    assert not commits_were_dropped(log, PAGE, 1)


def test_an_empty_log_is_sound(tmp_path) -> None:
    (tmp_path / "wal").write_bytes(b"")
    assert not commits_were_dropped(tmp_path / "wal", PAGE, 0)
