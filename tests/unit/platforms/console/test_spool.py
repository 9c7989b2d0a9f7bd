from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest

from carrel.core.errors import Full, Refused, Unavailable
from carrel.core.model import Attachment
from carrel.platforms.console.spool import Caps, Spool, TooLarge, Upload, megabytes


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "uploads", Caps(file=1000, files=2))


def upload(name: str = "a.txt", content: bytes = b"hello") -> Upload:
    return Upload(name, "text/plain", io.BytesIO(content))


def left(spool: Spool) -> list[Path]:
    return [path for path in spool.root.rglob("*") if path.is_file()] if spool.root.exists() else []


def test_what_is_kept_can_be_copied(spool: Spool, tmp_path: Path) -> None:
    one, two = spool.keep((upload("a.txt", b"one"), upload("a.txt", b"two")))
    spool.copy(one, tmp_path / "1")
    spool.copy(two, tmp_path / "2")
    assert (tmp_path / "1").read_bytes() + (tmp_path / "2").read_bytes() == b"onetwo"
    assert (one.name, one.size, one.media_type) == ("a.txt", 3, "text/plain")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.txt", "line\nbreak.txt", "", "..", "x" * 5000, "\x00.txt"]
)
def test_no_name_leads_anywhere(spool: Spool, name: str) -> None:
    """spec: 8.5."""
    [kept] = spool.keep((upload(name),))
    assert "/" not in kept.name
    assert "\\" not in kept.name
    assert kept.name.isprintable()
    assert 0 < len(kept.name.encode()) <= 120
    assert [path.parent.parent for path in left(spool)] == [spool.root]


def test_over_a_cap_nothing_is_left(spool: Spool) -> None:
    with pytest.raises(TooLarge, match="big"):
        spool.keep((upload(), upload("big.bin", b"x" * 1001)))
    with pytest.raises(TooLarge, match="At most 2 files"):
        spool.keep((upload(), upload(), upload()))
    assert not left(spool)


def test_files_appear_at_once_or_not_at_all(spool: Spool, monkeypatch) -> None:
    def broken(_path: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(Unavailable):
        spool.keep((upload(),))
    assert not left(spool)


def test_a_full_disk_is_said_to_be_full(spool: Spool, monkeypatch) -> None:
    def full(_path: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Full, match="disk is full"):
        spool.keep((upload(),))
    assert not left(spool)


def test_what_was_refused_is_dropped(spool: Spool) -> None:
    spool.drop(spool.keep((upload(), upload())))
    assert not left(spool)


@pytest.mark.parametrize("ref", ["../secret", "a/0", "", "0" * 32 + "/../x", "/etc/passwd"])
def test_a_strange_ref_opens_nothing(spool: Spool, tmp_path: Path, ref: str) -> None:
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(Refused):
        spool.copy(Attachment("x", "text/plain", 1, ref), tmp_path / "got")
    assert not (tmp_path / "got").exists()


def test_old_and_half_written_folders_are_swept(spool: Spool) -> None:
    [old] = spool.keep((upload("old.txt"),))
    (half := spool.root / ".part-x").mkdir()
    now = half.stat().st_mtime
    spool.sweep(now + 7200, keep=86_400)
    assert not half.exists()
    assert left(spool)
    spool.sweep(now + 90_000, keep=86_400)
    assert not left(spool)
    assert old.size == 5


def test_nothing_to_sweep_is_no_fault(tmp_path: Path) -> None:
    Spool(tmp_path / "never", Caps()).sweep(1.0, 1.0)


def test_a_cap_is_said_in_megabytes() -> None:
    assert megabytes(Caps(file=25_000_000)) == "25 MB"
