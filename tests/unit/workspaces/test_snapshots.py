"""Files kept by their hashes, and put back. spec: 14.3 14.6"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from carrel.core.errors import Refused
from carrel.workspaces import snapshots
from carrel.workspaces.snapshots import Snapshots

LATER = 2**62
NOTHING: frozenset[tuple[str, ...]] = frozenset()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "deep").mkdir(parents=True)
    (folder / "a").write_text("one")
    (folder / "deep" / "b").write_text("two")
    (folder / "link").symlink_to("a")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "history")


def take(kept: Snapshots, work: Path) -> str:
    return kept.take(work, NOTHING, LATER)[0]


def back(kept: Snapshots, work: Path, name: str) -> None:
    then, now = kept.listing(name), kept.listing(take(kept, work))
    for path in {*then, *now}:
        if then.get(path) != now.get(path):
            assert kept.restore(work, path, then.get(path)), path


def test_everything_is_as_it_was_after_a_change(kept, work) -> None:
    (work / "deep" / "b").chmod(0o750)
    before = take(kept, work)
    (work / "a").unlink()
    (work / "a").symlink_to("deep")
    (work / "deep" / "b").write_text("other")
    (work / "link").unlink()
    (work / "made").mkdir()
    (work / "made" / "c").write_text("new")
    back(kept, work, before)
    assert take(kept, work) == before
    assert (work / "deep" / "b").stat().st_mode & 0o777 == 0o750
    assert not (work / "made" / "c").exists()


def test_what_did_not_change_is_neither_read_nor_kept_again(kept, work, monkeypatch) -> None:
    first, size = kept.take(work, NOTHING, LATER)
    assert size == 6
    monkeypatch.setattr(Snapshots, "_kept", lambda *_: pytest.fail("it was read again"))
    assert kept.take(work, NOTHING, LATER) == (first, 0)


def test_what_was_changed_just_now_is_read_again(kept, work) -> None:
    """Its times may be the same after another change."""
    now = (work / "a").stat().st_mtime_ns
    first, _ = kept.take(work, NOTHING, now)
    old = (work / "a").stat()
    (work / "a").write_text("eno")
    os.utime(work / "a", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert take(kept, work) != first


def test_what_is_too_large_is_known_and_not_kept(kept, work, monkeypatch) -> None:
    monkeypatch.setattr(snapshots, "LARGEST", 2)
    first = take(kept, work)
    assert kept.listing(first)["a"].content == ""
    (work / "a").write_text("more")
    assert take(kept, work) != first


@pytest.mark.parametrize(("what", "most"), [("MOST_FILES", 2), ("MOST_BYTES", 5)])
def test_a_folder_that_is_too_large_is_refused(kept, work, monkeypatch, what, most) -> None:
    monkeypatch.setattr(snapshots, what, most)
    with pytest.raises(Refused):
        take(kept, work)


@pytest.mark.parametrize("planted", ["folder", "file", "missing above"])
def test_no_link_leads_a_restore_outside(kept, work, tmp_path, planted) -> None:
    before = kept.listing(take(kept, work))["deep/b"]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b").write_text("mine")
    (work / "deep" / "b").unlink()
    if planted == "file":
        (work / "deep" / "b").symlink_to(outside / "b")
        assert kept.restore(work, "deep/b", before), "the link itself is replaced"
        assert (work / "deep" / "b").read_text() == "two"
    else:
        (work / "deep").rmdir()
        (work / "deep").symlink_to(outside if planted == "folder" else tmp_path / "nowhere")
        assert not kept.restore(work, "deep/b", before)
        assert not kept.restore(work, "deep/b", None)
    assert (outside / "b").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("path", ["../mine", "deep/../../mine", "/mine", "", ".", "deep/"])
def test_no_name_leads_a_restore_outside(kept, work, tmp_path, path) -> None:
    before = kept.listing(take(kept, work))["a"]
    (tmp_path / "mine").write_text("mine")
    assert not kept.restore(work, path, before)
    assert not kept.restore(work, path, None)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_folder_in_the_way_stays(kept, work) -> None:
    before = kept.listing(take(kept, work))["a"]
    (work / "a").unlink()
    (work / "a").mkdir()
    assert not kept.restore(work, "a", before)
    assert sorted(path.name for path in work.iterdir()) == ["a", "deep", "link"], "no draft stays"


def test_names_that_are_no_text_are_kept(kept, work) -> None:
    odd = os.fsencode(work) + b"/\xff\nname"
    with open(odd, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"x")
    before = take(kept, work)
    os.unlink(odd)  # noqa: PTH108 - a name of bytes
    back(kept, work, before)
    assert take(kept, work) == before


def test_sweeping_lets_go_of_what_no_listing_holds(kept, work, tmp_path) -> None:
    first = take(kept, work)
    (work / "a").write_text("three")
    second = take(kept, work)
    kept.sweep([second])
    assert kept.listing(second)["a"].content
    left = {path.name for path in (tmp_path / "history" / "objects").glob("*/*")}
    assert first not in left
    (work / "a").write_text("four")
    back(kept, work, second)
    assert (work / "a").read_text() == "three"


@pytest.mark.parametrize("left", [b"", b"tw", b"owt"])
def test_what_is_damaged_is_not_put_back(kept, work, tmp_path, left) -> None:
    before = kept.listing(take(kept, work))["deep/b"]
    (tmp_path / "history" / "objects" / before.content[:2] / before.content).write_bytes(left)
    (work / "deep" / "b").write_text("mine")
    assert not kept.restore(work, "deep/b", before)
    assert (work / "deep" / "b").read_text() == "mine"
