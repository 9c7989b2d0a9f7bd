"""What a service manager is told."""

from __future__ import annotations

import asyncio
import socket

import pytest

from carrel.runtime.watchdog import READY, Watchdog
from carrel.testing.clock import ManualClock, settle


@pytest.fixture(params=["file", "abstract"])
def heard(request, tmp_path):
    """A listener, and its address as systemd gives it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        name = str(tmp_path / "notify") if request.param == "file" else f"\0carrel-{tmp_path}"
        listener.bind(name)
        listener.setblocking(False)
        yield listener, name.replace("\0", "@")


def words(listener: socket.socket) -> list[str]:
    said = []
    while True:
        try:
            said.append(listener.recv(100).decode())
        except BlockingIOError:
            return said


async def test_signs_of_life_come_thrice_within_the_time_and_end_with_the_loop(heard) -> None:
    listener, address = heard
    clock = ManualClock()
    watchdog = Watchdog({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"}, clock)
    assert watchdog.is_watched
    watchdog.say(READY)
    task = asyncio.create_task(watchdog.run())
    await settle()
    assert words(listener) == ["READY=1", "WATCHDOG=1"]
    await clock.advance(60)
    assert words(listener) == ["WATCHDOG=1"] * 3
    task.cancel()
    await settle()
    await clock.advance(60)
    assert words(listener) == []


@pytest.mark.parametrize("usec", ["", "no", "0", "-1"])
def test_nobody_waits_for_signs_where_no_time_is_set(heard, usec) -> None:
    _, address = heard
    assert not Watchdog({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": usec}, ManualClock()).is_watched
    assert not Watchdog({"WATCHDOG_USEC": "1000"}, ManualClock()).is_watched


def test_a_manager_that_is_gone_or_full_is_no_failure(heard, tmp_path) -> None:
    Watchdog({}, ManualClock()).say(READY)
    Watchdog({"NOTIFY_SOCKET": str(tmp_path / "gone")}, ManualClock()).say(READY)
    listener, address = heard
    full = Watchdog({"NOTIFY_SOCKET": address}, ManualClock())
    for _ in range(1000):
        full.say(READY)
    assert words(listener)
