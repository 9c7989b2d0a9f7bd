"""What a session's folder holds against what its mirror holds. spec: 21.13"""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from carrel.core.errors import Refused
from carrel.ports.mirrors import Change
from carrel.workspaces import surveys
from carrel.workspaces.surveys import LARGEST, MOST_SMALL, Known, Survey, known

LATE = 1 << 62
"""So late that no file is fresh."""

NOTHING = Known(0, {}, {})
ROOM = 1 << 30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "one-abc"
    (folder / "work" / "deep").mkdir(parents=True)
    (folder / "work" / "a.txt").write_text("one")
    (folder / "work" / "deep" / "b.txt").write_text("two")
    (folder / "engine" / "sessions").mkdir(parents=True)
    (folder / "engine" / "sessions" / "1.json").write_text("{}")
    (folder / "tmp").mkdir()
    (folder / "tmp" / "t").write_text("t")
    (folder / "lock").write_text("")
    return folder


def looked(root: Path, known: Known = NOTHING, now: int = LATE) -> tuple[Survey, dict[str, bytes]]:
    survey, new = Survey(root, known, now), dict[str, bytes]()
    while pieces := survey.read(ROOM):
        new |= pieces
    return survey, new


def after(root: Path, now: int = LATE) -> Known:
    """What is known once everything was mirrored."""
    survey, _ = looked(root, known(root), now)
    survey.remember(known(root).number + 1)
    return known(root)


def change(survey: Survey) -> Change:
    return survey.change({}, None, "/somewhere")


def bodies(new: dict[str, bytes]) -> set[bytes]:
    return set(new.values())


def test_what_another_host_needs_is_seen_and_nothing_else(root: Path) -> None:
    (root / "work" / "node_modules").mkdir()
    (root / "work" / "node_modules" / "m.js").write_text("m")
    os.mkfifo(root / "work" / "pipe")
    (root / "work" / "out").symlink_to("/etc/passwd")
    survey, new = looked(root)
    paths = {b"work", b"work/deep", b"work/a.txt", b"work/deep/b.txt", b"work/out", b"engine"}
    assert change(survey).entries.keys() == paths
    assert bodies(new) == {b"one", b"two", b"/etc/passwd"}
    assert survey.entries[b"work/out"].kind == "link"


def test_a_change_names_every_piece_that_is_not_needed_any_more(root: Path) -> None:
    before = after(root)
    (root / "work" / "a.txt").write_text("three")
    (old,) = before.entries[b"work/a.txt"].pieces
    survey, new = looked(root, before)
    made = survey.change(new, None, "/somewhere")
    assert (made.was, made.pieces, made.place) == (before.number, new, "/somewhere")
    assert (made.dropped, made.ahead) == ({old.name}, False)
    sent = survey.change({}, frozenset({old.name, "lost", *new}), "/somewhere")
    assert (sent.dropped, sent.ahead) == ({old.name, "lost"}, True)


def test_what_has_not_changed_is_not_read_again(root: Path, monkeypatch) -> None:
    before = after(root)
    monkeypatch.setattr(Survey, "_file", None)
    survey, new = looked(root, before)
    assert (change(survey).entries, change(survey).gone, new) == ({}, frozenset(), {})
    stamp = (root / surveys.STATE).stat().st_ino
    survey.remember(before.number)
    assert (root / surveys.STATE).stat().st_ino == stamp, "and nothing is written"


def test_a_file_that_was_mirrored_without_all_that_is_in_it_is_read_again(root: Path) -> None:
    before = after(root)
    lost = replace(before.entries[b"work/a.txt"], pieces=())
    survey, new = looked(root, replace(before, entries={**before.entries, b"work/a.txt": lost}))
    assert change(survey).entries.keys() == {b"work/a.txt"}
    assert bodies(new) == {b"one"}


def test_a_file_that_was_just_written_is_read_again(root: Path) -> None:
    """Within the grain of a clock it may change and look the same."""
    now = (root / "work" / "a.txt").stat().st_mtime_ns + 1
    before = after(root, now)
    status = (root / "work" / "a.txt").stat()
    (root / "work" / "a.txt").write_text("ONE")
    os.utime(root / "work" / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    survey, new = looked(root, before)
    assert change(survey).entries.keys() == {b"work/a.txt"}
    assert bodies(new) == {b"ONE"}


def test_of_a_file_that_has_grown_only_the_end_is_new(root: Path) -> None:
    file = root / "engine" / "t.jsonl"
    file.write_bytes(b"x" * (LARGEST + 10))
    before = after(root)
    with file.open("ab") as more:
        more.write(b"yy")
    survey, new = looked(root, before)
    assert bodies(new) == {b"yy"}
    assert [one.size for one in survey.entries[b"engine/t.jsonl"].pieces] == [LARGEST, 10, 2]


def test_small_pieces_become_one_when_there_are_many(root: Path) -> None:
    file = root / "engine" / "t.jsonl"
    file.write_bytes(b"x" * LARGEST)
    counts = []
    for _ in range(MOST_SMALL + 4):
        with file.open("ab") as more:
            more.write(b"y")
        counts.append(len(after(root).entries[b"engine/t.jsonl"].pieces))
    assert max(counts) == MOST_SMALL + 1
    assert counts[-1] < MOST_SMALL
    survey, new = looked(root, after(root))
    assert not change(survey).entries
    assert not new


@pytest.mark.parametrize("content", [b"", b"xxxz", b"xx", b"zxxxx"])
def test_a_file_that_was_written_anew_is_what_it_is(root: Path, content: bytes) -> None:
    file = root / "work" / "a.txt"
    file.write_bytes(b"xxxx")
    before = after(root)
    file.write_bytes(content)
    survey, new = looked(root, before)
    assert b"".join(new.values()) == content
    assert sum(one.size for one in survey.entries[b"work/a.txt"].pieces) == len(content)


def test_what_is_gone_is_gone_also_when_it_goes_meanwhile(root: Path) -> None:
    before = after(root)
    (root / "work" / "deep" / "b.txt").unlink()
    (root / "work" / "deep").rmdir()
    (root / "work" / "a.txt").write_text("three")
    survey = Survey(root, before, LATE)
    (root / "work" / "a.txt").unlink()
    assert survey.read(ROOM) == {}
    assert change(survey).gone == {b"work/a.txt", b"work/deep", b"work/deep/b.txt"}


def test_it_is_read_in_portions(root: Path) -> None:
    (root / "work" / "large").write_bytes(os.urandom(3 * LARGEST))
    survey = Survey(root, NOTHING, LATE)
    sizes = []
    while pieces := survey.read(LARGEST):
        sizes.append(sum(map(len, pieces.values())))
    assert max(sizes) < 2 * LARGEST
    assert sum(sizes) == 3 * LARGEST + 6


@pytest.mark.parametrize(
    ("name", "most", "why"),
    [
        ("surveys.MOST_FILES", 4, "more than 4 of them"),
        ("surveys.MOST_BYTES", 5, "larger than 0 MiB"),
        ("surveys.LONGEST", 9, "the path of one is longer than 9 bytes"),
        ("trees.DEEPEST", 2, "more than 2 folders below one another"),
    ],
)
def test_too_much_is_refused_before_anything_is_read(root, monkeypatch, name, most, why) -> None:
    Survey(root, NOTHING, LATE)
    monkeypatch.setattr(f"carrel.workspaces.{name}", most)
    with pytest.raises(Refused, match=why):
        Survey(root, NOTHING, LATE)


def test_a_file_that_grows_as_fast_as_it_is_read_has_an_end(root: Path) -> None:
    file = root / "work" / "log"
    file.write_bytes(b"x" * LARGEST + b"y" * LARGEST)
    survey, count = Survey(root, NOTHING, LATE), 0
    while not survey.is_read:
        survey.read(1)
        with file.open("ab") as more:
            more.write(os.urandom(LARGEST))
        count += 1
        assert count < 10
    size = sum(one.size for one in survey.entries[b"work/log"].pieces)
    assert size == survey._stamps[b"work/log"][1]
    assert size % LARGEST == 0


def test_what_becomes_too_much_before_it_is_read_is_refused(root: Path, monkeypatch) -> None:
    monkeypatch.setattr(surveys, "MOST_BYTES", 1000)
    survey = Survey(root, NOTHING, LATE)
    os.truncate(root / "work" / "a.txt", 999)
    with pytest.raises(Refused, match="larger than"):
        survey.read(ROOM)


@pytest.mark.parametrize("year", [-300, 300])
def test_no_time_is_one_that_a_database_cannot_hold(root: Path, monkeypatch, year: int) -> None:
    """A disk may hold it or not; so what it says is made up."""
    real = os.stat(root / "work" / "a.txt")  # noqa: PTH116 - its fields are wanted
    fields = {name: getattr(real, name) for name in dir(real) if name.startswith("st_")}
    fields["st_mtime_ns"] = year * 365 * 86_400 * 1_000_000_000
    entry = surveys._entry(SimpleNamespace(**fields), ())  # type: ignore[arg-type] - as a disk says it
    assert -(1 << 63) <= entry.time < 1 << 63
    assert entry.time * year > 0


STATE = '{"number": 3, "entries": %s, "stamps": {}}'


@pytest.mark.parametrize(
    "damaged",
    [
        *("", "[]", "3", "null", '"x"', "{}", "[" * 100_000),
        *(STATE % "[]", STATE % "null", STATE % ("[" * 100_000)),
        *(STATE % '{"work": ["pipe"]}', STATE % '{"work": 3}', STATE % '{"\\ud800": null}'),
        STATE % '{"work/a": ["file", 1, 1, [3]]}',
        STATE % '{"work/a": ["file", 1, 1, [[[], 3]]]}',
        STATE % '{"work/a": ["file", 1, 1, [["a", "b"]]]}',
        STATE % '{"work/a": ["file", 1, 1, [["a", 1, 2]]]}',
        *('{"number": "3", "entries": {}, "stamps": {}}', '{"number": 3, "entries": {}}'),
        '{"number": 3, "entries": {}, "stamps": []}',
    ],
)
def test_what_is_remembered_and_damaged_is_found_anew(root: Path, damaged: str) -> None:
    after(root)
    (root / surveys.STATE).write_text(damaged)
    assert known(root) == NOTHING


def test_a_file_that_cannot_be_read_is_no_file_that_is_gone(root: Path, monkeypatch) -> None:
    survey, real = Survey(root, NOTHING, LATE), os.open

    def refused(path: object, *args: object, **more: object) -> object:
        if path == "a.txt":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **more)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PermissionError):
        survey.read(ROOM)


def become_file(path: Path) -> None:
    path.write_text("a file now")


def become_link(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("become", [None, become_file, become_link, Path.mkdir])
def test_what_becomes_something_else_meanwhile_is_gone(root: Path, become) -> None:
    survey = Survey(root, NOTHING, LATE)
    (root / "work" / "deep" / "b.txt").unlink()
    (root / "work" / "deep").rmdir()
    if become is not None:
        become(root / "work" / "deep")
    assert bodies(dict(survey.read(ROOM))) == {b"one"}
    assert b"work/deep/b.txt" not in survey.entries


def test_a_folder_that_goes_while_it_is_looked_at_is_gone(root: Path, monkeypatch) -> None:
    (root / "work" / "build").mkdir()
    real = os.access

    def gone(path: object, *args: object, **more: object) -> object:
        if path == "build":
            (root / "work" / "build").rmdir()
        return real(path, *args, **more)

    monkeypatch.setattr(os, "access", gone)
    survey, _ = looked(root)
    assert b"work/build" not in survey.entries


def test_a_folder_that_cannot_be_read_is_no_folder_that_is_gone(root: Path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(PermissionError, match="closed"):
        Survey(root, NOTHING, LATE)
