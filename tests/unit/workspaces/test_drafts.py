"""A session's folder laid out as its mirror is. spec: 21.14 21.15"""

from __future__ import annotations

import fcntl
import hashlib
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from tests.unit.workspaces.two_homes import Watched, host, root, write

from carrel import durable
from carrel.core.errors import Refused
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.ports.mirrors import Entry, Piece, Standing
from carrel.workspaces import surveys, trash
from carrel.workspaces.drafts import Draft

KEY = SessionKey("discord:1")
STANDING = Standing(7, place="/srv/one")


def piece(body: bytes) -> Piece:
    return Piece(hashlib.sha256(body).hexdigest(), len(body))


def bodies(*parts: bytes) -> dict[str, bytes]:
    return {piece(part).name: part for part in parts}


def file(*parts: bytes, mode: int = 0o644) -> Entry:
    return Entry("file", mode, 5_000_000_123, tuple(map(piece, parts)))


def link(target: bytes) -> Entry:
    return Entry("link", 0, 0, (piece(target),))


ALL = bodies(b"one", b"two", b"../../secret")
TREE = {
    b"work": Entry("folder", 0o700),
    b"work/locked": Entry("folder", 0o2555),
    b"work/locked/a.sh": file(b"one", b"two", b"one", mode=0o4755),
    b"work/empty": file(),
    b"memory/m": file(b"two"),
    b"work/out": link(b"../../secret"),
}


def place(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / folder_name(KEY)


def laid_out(tmp_path: Path, entries=TREE, known=ALL, room: int = 4) -> Path:
    draft = Draft(tmp_path / "sessions", KEY, STANDING, entries)
    draft.begin()
    for batch in draft.wanted(room):
        draft.fill(batch, known)
    draft.end(known)
    draft.put()
    return place(tmp_path)


def test_everything_is_there_as_it_was(tmp_path: Path) -> None:
    root = laid_out(tmp_path)
    script = root / "work" / "locked" / "a.sh"
    assert script.read_bytes() == b"onetwoone"
    assert script.stat().st_mode & 0o7777 == 0o755, "no set-uid bit"
    assert script.stat().st_mtime_ns == 5_000_000_123
    assert script.parent.stat().st_mode & 0o7777 == 0o555
    assert (root / "work" / "empty").read_bytes() == b""
    assert (root / "work" / "out").readlink() == Path("../../secret")
    assert (root / "session").read_text() == KEY
    assert surveys.known(root) == surveys.Known(7, TREE, {})


def test_what_lay_there_goes_to_the_trash(tmp_path: Path) -> None:
    old = place(tmp_path)
    (old / "work").mkdir(parents=True)
    (old / "work" / "unsaid").write_text("mine")
    (old / "session").write_text(KEY)
    assert not (laid_out(tmp_path) / "work" / "unsaid").exists()
    (thrown,) = trash.listed(tmp_path / "trash")
    assert (tmp_path / "trash" / thrown.name / "work" / "unsaid").read_text() == "mine"


def test_while_a_process_of_the_session_lives_nothing_is_put_there(tmp_path: Path) -> None:
    old = place(tmp_path)
    old.mkdir(parents=True)
    with (old / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused):
            laid_out(tmp_path)
    assert (old / "lock").exists()


def test_until_it_is_put_there_nothing_is_changed_and_the_trash_does_not_list_it(
    tmp_path: Path,
) -> None:
    draft = Draft(tmp_path / "sessions", KEY, STANDING, TREE)
    draft.begin()
    for batch in draft.wanted(1 << 20):
        draft.fill(batch, ALL)
    assert not place(tmp_path).exists()
    assert trash.listed(tmp_path / "trash") == ()
    laid_out(tmp_path)
    assert trash.empty(tmp_path / "trash", 1 << 40) == 1, "what was left is swept with the trash"


def whole(tmp_path: Path) -> Draft:
    draft = Draft(tmp_path / "sessions", KEY, STANDING, TREE)
    draft.begin()
    for batch in draft.wanted(1 << 20):
        draft.fill(batch, ALL)
    draft.end(ALL)
    return draft


def test_what_is_being_put_there_is_not_cleared_meanwhile(tmp_path: Path, monkeypatch) -> None:
    """Whoever waited for it is cancelled, and its thread goes on."""
    draft, real = whole(tmp_path), trash.replace
    clearing = threading.Thread(target=draft.clear)

    def slow(*args: Any) -> None:
        clearing.start()
        clearing.join(0.1)
        real(*args)

    monkeypatch.setattr(trash, "replace", slow)
    draft.put()
    clearing.join()
    assert (place(tmp_path) / "work/locked/a.sh").read_bytes() == b"onetwoone"
    assert surveys.known(place(tmp_path)) == surveys.Known(7, TREE, {})


def test_what_was_cleared_is_not_put_there(tmp_path: Path) -> None:
    draft, old = whole(tmp_path), place(tmp_path)
    (old / "work").mkdir(parents=True)
    draft.clear()
    with pytest.raises(FileNotFoundError):
        draft.put()
    assert (old / "work").is_dir()


def test_whose_it_is_is_on_the_disk_before_it_is_put_there(tmp_path: Path, monkeypatch) -> None:
    """An empty name would refuse the folder for ever."""
    written: dict[str, bytes] = {}
    real = durable.write

    def write(path: Path, content: bytes) -> None:
        written[path.name] = content
        real(path, content)

    monkeypatch.setattr(durable, "write", write)
    laid_out(tmp_path)
    assert written["session"] == KEY.encode()


@pytest.mark.parametrize(
    "path",
    [
        *(b"../out", b"work/../../out", b"/etc/x", b"work//x", b"work/.", b"", b"lock"),
        *(b"history/x", b"work/a\0b", b"mirror.json", b"work/"),
    ],
)
def test_no_path_leads_out(tmp_path: Path, path: bytes) -> None:
    with pytest.raises(ValueError, match="leads out"):
        Draft(tmp_path / "sessions", KEY, STANDING, {path: file()})


@pytest.mark.parametrize("below", [file(b"one"), link(b"one"), Entry("folder", 0o700)])
def test_no_link_is_on_the_way(tmp_path: Path, below: Entry) -> None:
    """Whatever stands in the database: it is made before any link, and a link is in no link."""
    (tmp_path / "outside").mkdir()
    target = str(tmp_path / "outside").encode()
    entries = {b"work/a": link(target), b"work/a/b": below}
    with pytest.raises(OSError, match=r"exists|directory|symbolic"):
        laid_out(tmp_path, entries, bodies(target, b"one"))
    assert not list((tmp_path / "outside").iterdir())
    assert not place(tmp_path).exists()


@pytest.mark.parametrize("known", [{}, {piece(b"one").name: b"ONE"}])
def test_a_piece_that_is_missing_or_another_is_found_out(tmp_path: Path, known) -> None:
    with pytest.raises(ValueError, match="is missing or is not what it was"):
        laid_out(tmp_path, {b"work/a": file(b"one")}, known)
    assert not place(tmp_path).exists()


def test_a_conversation_calls_the_folder_by_its_name_here(tmp_path: Path) -> None:
    """The agent was told at its beginning where its memory lies. spec: 21.14"""
    line = b'{"text":"memory in /srv/one/memory, not /srv/on"}\n'
    entries = {b"engine/projects/x/t.jsonl": file(line, line), b"work/t.jsonl": file(line)}
    entries |= {b"engine/settings": file(line)}
    root = laid_out(tmp_path, entries, bodies(line))
    told = line.replace(b"/srv/one", str(root).encode())
    assert (root / "engine/projects/x/t.jsonl").read_bytes() == told + told
    assert (root / "engine/projects/x/t.jsonl").stat().st_mtime_ns == 5_000_000_123
    assert (root / "work/t.jsonl").read_bytes() == line
    assert (root / "engine/settings").read_bytes() == line


def test_a_long_conversation_is_never_in_memory(tmp_path: Path) -> None:
    line = b'{"text":"memory in /srv/one/memory"}' + b" " * 1000 + b"\n"
    part = line * 1000
    known, path = bodies(part), "engine/projects/x/t.jsonl"
    entries = {path.encode(): file(*[part] * 8)}
    draft = Draft(tmp_path / "sessions", KEY, STANDING, entries)
    draft.begin()
    for batch in draft.wanted(1 << 20):
        draft.fill(batch, known)
    tracemalloc.start()
    draft.end(known)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    draft.put()
    told = place(tmp_path) / path
    assert told.read_bytes() == part.replace(b"/srv/one", str(place(tmp_path)).encode()) * 8
    assert list(told.parent.iterdir()) == [told]
    assert most < 1 << 20


async def test_a_home_behind_a_link_is_called_as_its_agents_know_it(tmp_path) -> None:
    """Walls show the real path, and conversations name it."""
    store = Watched()
    for name in ("1", "2"):
        (tmp_path / f"real-{name}").mkdir()
        (tmp_path / name).symlink_to(tmp_path / f"real-{name}")
    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    real = str(root(one).resolve())
    write(one, {"engine/projects/x/t.jsonl": real.encode()})
    assert await one.keep(store.claim(KEY)) == ""
    assert (await store.standing(KEY)).place == real
    assert await two.restore(KEY)
    told = (root(two) / "engine/projects/x/t.jsonl").read_text()
    assert told == str(root(two).resolve())
    assert "real-2" in told
