"""What is wrong with the bot just now, in sentences for its operator."""

from __future__ import annotations

from collections import OrderedDict

import structlog

from carrel.ports.clock import Clock

PATIENCE = 10.0
"""Seconds without a connection that nobody needs to hear of."""

KEPT_FOR = 3600.0
MOST = 20

log = structlog.get_logger(__name__)


class Health:
    """Complaints by their cause: logged once, shown until they are mended or an hour old."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._complaints: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lost_at: float | None = clock.monotonic()
        self.gap: float | None = None
        """When events were last heard before they were lost, in unix seconds; None: never yet."""

    @property
    def connected(self) -> bool:
        """Whether Discord's events come in."""
        return self._lost_at is None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the operator should know now."""
        now = self._clock.monotonic()
        for cause, (at, _) in tuple(self._complaints.items()):
            if now - at > KEPT_FOR:
                del self._complaints[cause]
        away = 0.0 if self._lost_at is None else now - self._lost_at
        lost = [f"Not connected for {away:.0f} s; trying again."] if away > PATIENCE else []
        return (*lost, *(sentence for _, sentence in self._complaints.values()))

    def complain(self, cause: str, sentence: str) -> None:
        """Something is wrong; the same cause again is the same complaint."""
        if cause not in self._complaints:
            log.warning("discord", trouble=sentence)
        self._complaints.pop(cause, None)
        self._complaints[cause] = (self._clock.monotonic(), sentence)
        while len(self._complaints) > MOST:
            self._complaints.popitem(last=False)

    def mended(self, cause: str) -> None:
        """It is well again."""
        if self._complaints.pop(cause, None) is not None:
            log.info("discord is well again", cause=cause)

    def lost(self) -> None:
        """The connection is gone."""
        if self.connected:
            log.warning("discord", trouble="The connection is lost; another is being made.")
        self.over()

    def over(self) -> None:
        """The connection was ended; whoever ended it says why."""
        if self.connected:
            self._lost_at, self.gap = self._clock.monotonic(), self._clock.now()

    def found(self) -> None:
        """The connection is there."""
        if self._lost_at is not None:
            log.info("discord is connected")
        self._lost_at = None
