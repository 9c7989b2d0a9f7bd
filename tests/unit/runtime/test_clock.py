"""The machine's clock keeps the promises that the manual one keeps in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from carrel.runtime.clock import SystemClock


def test_now_is_unix_time(tmp_path: Path) -> None:
    file = tmp_path / "now"
    file.touch()
    assert abs(SystemClock().now() - file.stat().st_mtime) < 60


def test_monotonic_never_goes_back() -> None:
    clock = SystemClock()
    times = [clock.monotonic() for _ in range(100)]
    assert times == sorted(times)


@pytest.mark.parametrize("seconds", [0, -1, -1e9, 0.001])
async def test_a_sleep_of_nothing_or_less_returns(seconds: float) -> None:
    await SystemClock().sleep(seconds)
