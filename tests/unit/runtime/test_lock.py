"""One gateway on one home, and a lock that no death leaves behind.

spec: 1.4
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from carrel.core.errors import ConfigError
from carrel.runtime.lock import HomeLock

HOLDER = """
import sys
from pathlib import Path
from carrel.runtime.lock import HomeLock
HomeLock(Path(sys.argv[1])).take()
print("taken", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_gateway(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        yield holder
        holder.kill()


def test_the_second_is_refused_and_told_who_was_first(tmp_path: Path) -> None:
    """spec: 1.4"""
    first = HomeLock(tmp_path)
    first.take()
    with pytest.raises(ConfigError) as refused:
        HomeLock(tmp_path).take()
    assert f"process {os.getpid()})" in str(refused.value)
    assert str(tmp_path) in str(refused.value)
    assert "carrel stop" in str(refused.value)
    first.free()


def test_another_process_is_refused_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    """spec: 1.4"""
    mine = HomeLock(tmp_path)
    with another_gateway(tmp_path) as holder:
        with pytest.raises(ConfigError, match=f"process {holder.pid}\\b"):
            mine.take()
        holder.kill()
        holder.wait()
        mine.take()
    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    mine.free()


def test_a_refused_one_does_not_disturb_the_holder(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take()
    for _ in range(3):
        with pytest.raises(ConfigError):
            HomeLock(tmp_path).take()
    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    first.free()


def test_a_freed_lock_can_be_taken_and_freed_again(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    lock.free()
    for _ in range(2):
        lock.take()
        lock.free()
        lock.free()
    HomeLock(tmp_path).take()


def test_two_homes_have_two_gateways(tmp_path: Path) -> None:
    homes = [tmp_path / "a", tmp_path / "b"]
    locks = []
    for home in homes:
        home.mkdir()
        locks.append(HomeLock(home))
        locks[-1].take()
    for lock in locks:
        lock.free()


def test_a_holder_that_has_not_yet_said_who_it_is_is_unknown(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take()
    (tmp_path / "lock").write_text("")
    with pytest.raises(ConfigError, match=re.escape("(process unknown)")):
        HomeLock(tmp_path).take()
    first.free()


def test_the_lock_is_private_and_no_child_inherits_it(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    lock.take()
    assert (tmp_path / "lock").stat().st_mode & 0o077 == 0
    child = [sys.executable, "-c", "print(flush=True); import sys; sys.stdin.read()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(child, stdin=pipe, stdout=pipe, close_fds=False) as running:
        assert running.stdout is not None
        running.stdout.readline()
        lock.free()
        again = HomeLock(tmp_path)
        again.take()
        again.free()


def test_to_look_whether_it_is_free_takes_nothing(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    assert lock.is_free()
    assert lock.is_free()
    lock.take()
    assert not HomeLock(tmp_path).is_free()
    lock.free()
    assert HomeLock(tmp_path).is_free()


def test_who_only_looks_keeps_no_starting_gateway_out(tmp_path: Path) -> None:
    starting = HomeLock(tmp_path)
    looking = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert starting.is_free()
    looked = threading.Timer(0.05, os.close, [looking])
    looked.start()
    starting.take()
    looked.join()
    assert not HomeLock(tmp_path).is_free()
    starting.free()
