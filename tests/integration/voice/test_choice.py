"""What a gateway loads that has voice set up and hears none."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"httpx2", "faster_whisper", "aiohttp"}


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    program = (
        "import sys; from carrel.voice import build\n"
        "for engine in ('local', 'endpoint'): build(engine, 'm', 'http://x', 'k', None, {})\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(loaded.stdout.split())
