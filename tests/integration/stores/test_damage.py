"""A damaged store is set aside, a backup takes its place, and people are told."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender, SessionKey
from carrel.ports.store import StoreParts
from carrel.runtime.clock import SystemClock
from carrel.stores.sqlite import build

HERE = Conversation("discord", "1")
ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")
PAGE = 4096


async def accept(store, *numbers: int) -> None:
    for number in numbers:
        heard = Inbound("me", str(number), HERE, Sender("discord", "7", "ann"), "hi" * 100)
        await store.accept(heard, ROUTE, float(number), command=False)


async def waiting(store) -> list[int]:
    session = (await store.claim(ROUTE.key, "host")).session
    return [int(p.id.partition("/")[2]) for p in session.waiting]


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def flip_a_bit(path: Path) -> None:
    """In the header of the page in the middle of the file, where it does not go unnoticed."""
    at = path.stat().st_size // PAGE // 2 * PAGE
    overwrite(path, at, bytes([path.read_bytes()[at] ^ 0x40]))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"this was a store " * 1000)


@pytest.fixture
async def home(tmp_path):
    """A store with two hundred messages, half of them in its backup, closed in good order."""
    store = build(StoreParts(tmp_path, SystemClock()))
    await store.open()
    await asyncio.gather(*(accept(store, number) for number in range(100)))
    await store.backup("half")
    await asyncio.gather(*(accept(store, number) for number in range(100, 200)))
    await store.close()
    return tmp_path


@pytest.mark.parametrize("damage", [flip_a_bit, truncate, empty, garbage, Path.unlink])
async def test_the_newest_backup_takes_a_damaged_store_s_place(home, damage) -> None:
    """spec: 9.4"""
    damage(home / "carrel.db")
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    (incident,) = store.incidents
    assert "-half.db was restored" in incident
    assert await waiting(store) == list(range(100))
    await accept(store, 150)
    await store.close()
    kept = len(list((home / "backups").glob("damaged-*.db")))
    assert kept == (damage is not Path.unlink)


async def test_it_is_told_once(home) -> None:
    garbage(home / "carrel.db")
    for incidents in (1, 0):
        store = build(StoreParts(home, SystemClock()))
        await store.open()
        assert len(store.incidents) == incidents
        await store.close()


async def test_without_a_backup_it_is_empty_and_never_silently(tmp_path, home) -> None:
    shutil.rmtree(home / "backups")
    garbage(home / "carrel.db")
    store = build(StoreParts(home, SystemClock()))
    await store.open()
    (incident,) = store.incidents
    assert "starts with an empty store" in incident
    assert await waiting(store) == []
    await store.close()


@pytest.fixture
async def crashed(tmp_path):
    """The files of a store that was killed with fifty commits in its log."""
    store = build(StoreParts(tmp_path / "alive", SystemClock()))
    await store.open()
    await accept(store, *range(50))
    home = tmp_path / "crashed"
    home.mkdir()
    for name in ("carrel.db", "carrel.db-wal"):
        shutil.copy(tmp_path / "alive" / name, home / name)
    await store.close()
    return home


async def test_a_sound_log_is_taken_up(crashed) -> None:
    store = build(StoreParts(crashed, SystemClock()))
    await store.open()
    assert (store.incidents, await waiting(store)) == ((), list(range(50)))
    await store.close()


@pytest.mark.parametrize("share", [0.5, 0.9])
async def test_a_damaged_log_is_told_and_kept(crashed, share) -> None:
    """SQLite alone drops everything behind the damage without a word."""
    log = crashed / "carrel.db-wal"
    whole, at = log.read_bytes(), int(log.stat().st_size * share)
    overwrite(log, at, b"\x55" * 64)
    store = build(StoreParts(crashed, SystemClock()))
    await store.open()
    (incident,) = store.incidents
    assert "newest records are lost" in incident
    left = await waiting(store)
    assert 0 < len(left) < 50
    assert left == list(range(len(left)))
    await store.close()
    (aside,) = (crashed / "backups").glob("damaged-*.db-wal")
    assert aside.stat().st_size == len(whole)


async def test_a_damaged_head_of_the_log_is_told(crashed) -> None:
    overwrite(crashed / "carrel.db-wal", 8, b"\x55" * 8)
    store = build(StoreParts(crashed, SystemClock()))
    await store.open()
    assert len(store.incidents) == 1
    await store.close()


@pytest.mark.parametrize("cut", [1, 100, 5000, 50_000])
async def test_a_truncated_log_ends_at_a_whole_commit(crashed, cut) -> None:
    log = crashed / "carrel.db-wal"
    log.write_bytes(log.read_bytes()[:-cut])
    store = build(StoreParts(crashed, SystemClock()))
    await store.open()
    left = await waiting(store)
    assert left == list(range(len(left)))
    assert 35 < len(left) < 50
    await store.close()
