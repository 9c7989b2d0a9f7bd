"""A file that is written is on the disk before it has its name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from carrel import durable


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_it_is_there_with_its_mode_whatever_was_there(tmp_path, mode) -> None:
    file = tmp_path / "a"
    for content in (b"one", b"two"):
        durable.write(file, content, mode)
        assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (content, mode)
    assert list(tmp_path.glob("*a*")) == [file]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(os, "fsync", lambda fd: done.append(os.fstat(fd).st_size))
    monkeypatch.setattr(Path, "replace", lambda *_: done.append("in place"))
    durable.write(tmp_path / "a", b"four")
    assert done == [4, "in place"]


def test_what_fails_changes_nothing_and_leaves_nothing(tmp_path, monkeypatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a"
    file.write_bytes(b"one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        durable.write(file, b"two")
    assert (file.read_bytes(), list(tmp_path.glob("*a*"))) == (b"one", [file])
