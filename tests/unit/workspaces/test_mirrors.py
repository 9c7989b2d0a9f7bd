"""Sessions' folders mirrored and laid out elsewhere. spec: 21.13 21.14 21.15"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.workspaces.two_homes import KEY, Watched, host, refuse, root, tree, write

from carrel.core.errors import Fenced, Unavailable
from carrel.ports.mirrors import Change, Entry
from carrel.ports.store import Fence
from carrel.stores.memory_mirrors import MemoryMirrors
from carrel.workspaces import mirrors, surveys, trash
from carrel.workspaces.drafts import Draft


@pytest.fixture
def store() -> Watched:
    return Watched()


async def test_what_was_kept_on_one_host_is_laid_out_on_the_other(tmp_path, store) -> None:
    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    write(one, {"work/a": b"a", "memory/m": b"m", "engine/projects/x/t.jsonl": b"t", "tmp/t": b"t"})
    assert await one.keep(store.claim(KEY)) == ""
    assert (await store.standing(KEY)).place == str(root(one))
    assert await two.restore(KEY)
    assert tree(one) == tree(two)
    assert not (root(two) / "tmp").exists()
    write(two, {"work/b": b"b"})
    (root(two) / "work" / "a").unlink()
    assert await two.keep(store.claim(KEY)) == ""
    change = store.changes[-1]
    assert (change.entries.keys(), change.gone) == ({b"work/b"}, {b"work/a"})
    write(one, {"work/unsaid": b"u", "session": KEY.encode()})
    assert await one.restore(KEY)
    assert tree(one) == tree(two)
    (thrown,) = trash.listed(tmp_path / "1" / "trash")
    assert (tmp_path / "1" / "trash" / thrown.name / "work" / "unsaid").exists()


async def test_a_turn_that_changed_nothing_writes_nothing(tmp_path, store) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    for _ in range(3):
        assert await one.keep(fence) == ""
    assert len(store.changes) == 1


async def test_no_piece_stays_that_no_file_needs(tmp_path, store) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"same", "work/b": b"same", "work/c": b"c"})
    await one.keep(fence)
    (root(one) / "work" / "a").unlink()
    write(one, {"work/c": b"C"})
    await one.keep(fence)
    held = await store.fetch(KEY, await store.pieces(KEY))
    assert set(held.values()) == {b"same", b"C"}


async def test_a_host_that_has_forgotten_what_it_mirrored_finds_out(tmp_path, store) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a", "work/b": b"b"})
    await one.keep(fence)
    (root(one) / surveys.STATE).unlink()
    write(one, {"work/b": b"B"})
    (root(one) / "work" / "a").unlink()
    assert await one.keep(fence) == ""
    assert store.changes[-1].entries.keys() == {b"work/b"}
    assert len(await store.pieces(KEY)) == 1


async def test_what_cannot_be_remembered_here_is_safe_there(tmp_path, store, monkeypatch) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})

    def full(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as broken:
        broken.setattr(surveys.durable, "write", full)
        assert [await one.keep(fence) for _ in range(2)] == ["", ""]
    assert (await store.standing(KEY)).why == ""
    assert await one.restore(KEY)


async def test_a_large_change_goes_over_in_portions(tmp_path, store, monkeypatch) -> None:
    monkeypatch.setattr(mirrors, "ROOM", 1 << 20)
    one, two, fence = host(tmp_path / "1", store), host(tmp_path / "2", store), store.claim(KEY)
    write(one, {"work/large": os.urandom(5 << 19), "work/a": b"a"})
    assert await one.keep(fence) == ""
    assert store.sent == 2
    assert await two.restore(KEY)
    assert tree(one) == tree(two)
    await one.keep(fence)
    assert len(store.changes) == 1


async def test_files_that_are_the_same_do_not_end_the_reading(tmp_path, store, monkeypatch) -> None:
    monkeypatch.setattr(mirrors, "ROOM", 1000)
    one, two, fence = host(tmp_path / "1", store), host(tmp_path / "2", store), store.claim(KEY)
    write(one, {f"work/{n}": bytes([n % 3]) * 300 for n in range(20)})
    write(one, {f"memory/{n}": bytes([n]) * 400 for n in range(20)})
    assert await one.keep(fence) == ""
    assert await two.restore(KEY)
    assert tree(one) == tree(two)
    held = await store.fetch(KEY, await store.pieces(KEY))
    assert sum(map(len, held.values())) == 20 * 400 + 3 * 300
    assert store.sent >= 7


@pytest.mark.parametrize("after", range(4))
async def test_cut_off_while_it_keeps_the_mirror_is_the_one_before_and_then_the_next(
    tmp_path, store, monkeypatch, after
) -> None:
    monkeypatch.setattr(mirrors, "ROOM", 1 << 20)
    one, two, fence = host(tmp_path / "1", store), host(tmp_path / "2", store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    await one.keep(fence)
    before = tree(one)
    write(one, {"work/a": b"A", "work/large": os.urandom(5 << 19)})
    store.fails = after
    if after < 3:
        with pytest.raises(Unavailable):
            await one.keep(fence)
        store.fails = None
        assert await two.restore(KEY)
        assert tree(two) == before
        write(one, {"work/large": os.urandom(5 << 19)})
    store.fails = None
    assert await one.keep(fence) == ""
    assert await two.restore(KEY)
    assert tree(two) == tree(one)
    needed = surveys.needed(await store.listing(KEY))
    assert await store.pieces(KEY) == needed, "what was cut off left nothing behind"


@pytest.mark.parametrize("after", [0, 1])
async def test_cut_off_while_it_lays_out_nothing_is_half(tmp_path, store, after) -> None:
    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    write(one, {"work/a": b"a"})
    (root(one) / "work" / "l").symlink_to("a")
    await one.keep(store.claim(KEY))
    write(two, {"work/old": b"old"})
    before, store.fails = tree(two), after
    with pytest.raises(Unavailable):
        await two.restore(KEY)
    assert tree(two) == before
    store.fails = None
    assert await two.restore(KEY)
    assert tree(two) == tree(one)


async def test_a_disk_that_fails_is_tried_again_and_nothing_is_half(
    tmp_path, store, monkeypatch
) -> None:
    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    write(one, {"work/a": b"a"})
    await one.keep(store.claim(KEY))
    with monkeypatch.context() as broken:

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "no space")

        broken.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="cannot be laid out here"):
            await two.restore(KEY)
    assert not root(two).exists()
    assert not list((tmp_path / "2" / "trash").iterdir()), "and nothing is left behind"
    assert await two.restore(KEY)


@pytest.mark.parametrize("number", [errno.EEXIST, errno.ENAMETOOLONG, errno.EILSEQ])
async def test_what_this_host_can_never_hold_is_not_tried_for_ever(
    tmp_path, store, monkeypatch, number
) -> None:
    """A disk that takes two names for one, or other bytes in a name."""
    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    write(one, {"work/a": b"a"})
    await one.keep(store.claim(KEY))
    write(two, {"work/old": b"old"})
    before = tree(two)
    refuse(monkeypatch, number)
    assert not await two.restore(KEY)
    monkeypatch.undo()
    assert tree(two) == before
    assert not list((tmp_path / "2" / "trash").iterdir())


async def test_a_path_that_is_a_file_and_a_folder_is_not_tried_for_ever(tmp_path, store) -> None:
    entries = {b"work/a": Entry("file", 0o600), b"work/a/b": Entry("file", 0o600)}
    assert await store.commit(store.claim(KEY), Change(0, entries))
    assert not await host(tmp_path, store).restore(KEY)


async def test_while_it_lays_out_others_go_on(tmp_path, store, monkeypatch) -> None:
    """What takes a while with 20,000 files is done in threads."""
    threads: set[threading.Thread] = set()

    class Watching(Draft):
        def __init__(self, *args: Any) -> None:
            threads.add(threading.current_thread())
            super().__init__(*args)

        def wanted(self, room: int) -> Iterator[tuple[Any, ...]]:
            threads.add(threading.current_thread())
            yield from super().wanted(room)

        def links(self) -> frozenset[str]:
            threads.add(threading.current_thread())
            return super().links()

    one, two = host(tmp_path / "1", store), host(tmp_path / "2", store)
    write(one, {"work/a": b"a"})
    await one.keep(store.claim(KEY))
    monkeypatch.setattr(mirrors, "Draft", Watching)
    assert await two.restore(KEY)
    assert threads
    assert threading.current_thread() not in threads


async def test_where_there_is_no_mirror_nothing_is_touched(tmp_path, store) -> None:
    one = host(tmp_path, store)
    write(one, {"work/a": b"a"})
    assert (await one.restore(KEY), await one.knows(KEY)) == (False, False)
    await store.give_up(store.claim(KEY), "It is too large.")
    assert (await one.restore(KEY), await one.knows(KEY)) == (False, True)
    assert (root(one) / "work" / "a").exists()


async def test_a_mirror_that_is_damaged_is_none(tmp_path, store) -> None:
    one, two, fence = host(tmp_path / "1", store), host(tmp_path / "2", store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    await one.keep(fence)
    number = (await store.standing(KEY)).number
    await store.commit(fence, Change(number, {}, dropped=await store.pieces(KEY)))
    assert not await two.restore(KEY)
    assert not root(two).exists()


async def test_too_much_is_said_once_and_no_mirror_stays(tmp_path, store, monkeypatch) -> None:
    """spec: 21.16"""
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a", "work/b": b"b"})
    await one.keep(fence)
    with monkeypatch.context() as small:
        small.setattr(surveys, "MOST_FILES", 1)
        why = "Its files cannot be mirrored: there are more than 1 of them."
        assert [await one.keep(fence) for _ in range(2)] == [why, ""]
        assert not await one.restore(KEY)
    assert await one.keep(fence) == ""
    assert await one.restore(KEY), "it fits again"


async def test_what_cannot_be_read_is_said_once(tmp_path, store, monkeypatch) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    refuse(monkeypatch, errno.EACCES)
    assert "cannot be read (Permission denied)" in await one.keep(fence)
    assert await one.keep(fence) == ""
    assert (await store.standing(KEY)).why


async def test_what_was_refused_once_is_looked_at_again(tmp_path, store, monkeypatch) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    refuse(monkeypatch, errno.EPERM, times=1)
    assert await one.keep(fence) == ""
    assert (await store.standing(KEY)).why == ""


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE])
async def test_what_cannot_be_read_now_costs_no_mirror(
    tmp_path, store, monkeypatch, number
) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    await one.keep(fence)
    write(one, {"work/a": b"A"})
    with monkeypatch.context() as broken:
        refuse(broken, number)
        with pytest.raises(Unavailable, match="cannot be read now"):
            await one.keep(fence)
    assert (await store.standing(KEY)).why == ""
    assert await one.keep(fence) == ""
    assert len(store.changes) == 2


async def test_what_the_database_does_not_take_is_said_once(tmp_path, store, monkeypatch) -> None:
    async def forbidden(_fence: Fence, _change: Change) -> int:
        raise ValueError("the rows forbid it: index row size exceeds the maximum")

    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    monkeypatch.setattr(store, "commit", forbidden)
    said = [await one.keep(fence) for _ in range(2)]
    assert said == ["Its files cannot be mirrored: the database does not take them.", ""]
    assert not await one.restore(KEY)


async def test_who_has_lost_the_session_keeps_nothing(tmp_path, store) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    store.claim(KEY)
    with pytest.raises(Fenced):
        await one.keep(fence)
    assert await store.pieces(KEY) == frozenset()


async def test_without_a_folder_there_is_nothing_to_keep(tmp_path, store) -> None:
    one, fence = host(tmp_path, store), store.claim(KEY)
    write(one, {"work/a": b"a"})
    await one.keep(fence)
    shutil.rmtree(root(one))
    assert await one.keep(fence) == ""
    assert len(store.changes) == 1


async def test_a_mirror_that_somebody_else_changes_all_the_time_is_given_up(
    tmp_path, store, monkeypatch
) -> None:
    async def never(_fence: Fence, _change: Change) -> int:
        return 0

    monkeypatch.setattr(store, "commit", never)
    one = host(tmp_path, store)
    write(one, {"work/a": b"a"})
    with pytest.raises(Unavailable, match="somebody else"):
        await one.keep(store.claim(KEY))


NAMES = st.binary(min_size=1, max_size=6).filter(
    lambda name: (
        not {b"/", b"\0"} & {name[i : i + 1] for i in range(len(name))}
        and name not in {b".", b"..", b".git"}
        and os.fsdecode(name) not in surveys.SKIPPED
    )
)
CONTENT = st.binary(max_size=40) | st.builds(lambda one: one * 90_000, st.binary(max_size=24))
LEAVES = st.one_of(
    st.tuples(st.just("file"), st.integers(0, 0o777).map(lambda m: m | 0o600), CONTENT),
    st.tuples(st.just("link"), st.just(0), NAMES),
)
TREES = st.recursive(LEAVES, lambda below: st.dictionaries(NAMES, below, max_size=4), max_leaves=12)


def plant(top: bytes, one: object) -> None:
    """Make this tree, where there may be another."""
    if os.path.islink(top) or os.path.isfile(top):  # noqa: PTH113, PTH114 - names are bytes
        os.unlink(top)  # noqa: PTH108 - as above
    elif os.path.isdir(top):  # noqa: PTH112 - as above
        shutil.rmtree(top)
    match one:
        case ("file", int(mode), bytes(content)):
            with os.fdopen(os.open(top, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(content)
            os.chmod(top, mode)  # noqa: PTH101 - as above
        case ("link", _, bytes(target)):
            os.symlink(target, top)  # noqa: PTH211 - as above
        case dict():
            os.makedirs(top)  # noqa: PTH103 - as above
            for name, below in one.items():
                plant(os.path.join(top, name), below)  # noqa: PTH118 - as above


FOLDERS = st.dictionaries(NAMES, TREES, max_size=4)


@given(states=st.lists(FOLDERS, min_size=1, max_size=3))
async def test_any_tree_comes_back_as_it_was_whatever_it_was_before(states) -> None:
    store = MemoryMirrors()
    with TemporaryDirectory() as folder:
        one, two = host(Path(folder) / "1", store), host(Path(folder) / "2", store)
        fence = store.claim(KEY)
        for state in states:
            plant(os.fsencode(root(one) / "work"), state)
            assert await one.keep(fence) == ""
            assert await two.restore(KEY)
            assert tree(two) == tree(one)
            assert await store.pieces(KEY) == surveys.needed(await store.listing(KEY))
