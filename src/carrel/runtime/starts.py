"""Starts that came to nothing: a gateway that cannot start is not started as fast as it can be.

What happens after a start is no business of this file: a turn that takes the gateway with it is
set aside after three tries, so that no message can keep it from coming up for ever.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import structlog

from carrel.ports.clock import Clock

RECENT = 600.0
"""Seconds; older starts tell nothing about this one."""
PATIENT = 3
"""So many may fail before the next one waits."""
FIRST_WAIT, LONGEST_WAIT = 10.0, 60.0

log = structlog.get_logger(__name__)


def wait_after(failed: int) -> float:
    """Seconds to wait after so many failed starts in a row."""
    return 0.0 if failed < PATIENT else min(FIRST_WAIT * 2 ** (failed - PATIENT), LONGEST_WAIT)


class Starts:
    """The starts that did not get ready, a line each in a file; one that does empties it."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def begin(self) -> int:
        """Note this start; returns how many before it failed in a row, within ten minutes."""
        now = self._clock.now()
        failed = [at for at in self._read() if 0 <= now - at < RECENT]
        with suppress(OSError):
            self._file.write_text("".join(f"{at:.3f}\n" for at in (*failed, now)), "utf-8")
        return len(failed)

    async def slow_down(self) -> str:
        """Note this start. What failed again and again by itself is not tried as fast as that.

        Returns what people should be told of it, or nothing.
        """
        failed = self.begin()
        seconds = wait_after(failed)
        if not seconds:
            return ""
        said = f"Carrel failed {failed} times in a row to start; logs/carrel.log says why."
        log.warning("waiting before the next try", why=said, seconds=seconds)
        await self._clock.sleep(seconds)
        return said

    def ready(self) -> None:
        """The start that was noted last did not fail."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _read(self) -> list[float]:
        """What cannot be read, in whole or in part, is no reason not to start."""
        times: list[float] = []
        with suppress(OSError, UnicodeDecodeError):
            for line in self._file.read_text("utf-8").split():
                with suppress(ValueError):
                    times.append(float(line))
        return times
