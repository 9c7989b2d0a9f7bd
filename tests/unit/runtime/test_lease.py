"""A lease is held by one, and by nobody once its holder is gone."""

from __future__ import annotations

import fcntl
import os
import signal
import threading

import pytest

from carrel.core.errors import Refused
from carrel.runtime.lease import Lease


def test_one_holds_it_until_it_is_freed(tmp_path) -> None:
    mine, other = Lease(tmp_path / "terminal"), Lease(tmp_path / "terminal")
    assert mine.is_free()
    mine.take()
    assert not other.is_free()
    with pytest.raises(Refused, match="Another terminal"):
        other.take()
    mine.free()
    mine.free()
    other.take()
    assert not mine.is_free()
    other.free()


def test_a_gateway_that_only_looks_keeps_no_terminal_out(tmp_path) -> None:
    lease = Lease(tmp_path / "terminal")
    looking = os.open(tmp_path / "terminal", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(looking, fcntl.LOCK_SH)
    looked = threading.Timer(0.05, os.close, [looking])
    looked.start()
    lease.take()
    looked.join()
    lease.free()


def test_a_killed_holder_holds_nothing(tmp_path) -> None:
    """spec: 16.4"""
    lease = Lease(tmp_path / "terminal")
    holding, held = os.pipe()
    child = os.fork()
    if child == 0:
        Lease(tmp_path / "terminal").take()
        os.write(held, b"x")
        signal.pause()
    os.read(holding, 1)
    assert not lease.is_free()
    lease.signal(signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert lease.is_free()
    os.close(holding)
    os.close(held)


@pytest.mark.parametrize("written", ["", "nobody", "1", "-1", "0"])
def test_a_signal_goes_to_a_holder_only(tmp_path, written, monkeypatch) -> None:
    file = tmp_path / "terminal"
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *given: sent.append(given))
    holder = Lease(file)
    holder.take()
    file.write_text(written)
    Lease(file).signal(signal.SIGTERM)
    holder.free()
    file.write_text("4242")
    Lease(file).signal(signal.SIGTERM)
    assert sent == [], "who is named there does not hold it"


def test_no_link_is_followed(tmp_path) -> None:
    (tmp_path / "terminal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        Lease(tmp_path / "terminal").take()
    assert not (tmp_path / "elsewhere").exists()
