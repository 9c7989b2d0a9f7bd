"""What is wrong with a bot just now, in sentences for its operator."""

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
    """Complaints by their cause: logged once, shown until they are mended or an hour old.

    `name`: the platform's, for the log.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self._name, self._clock = name, clock
        self._complaints: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lost_at: float | None = clock.monotonic()
        self.gap: float | None = None
        """When it was last heard before it was lost, in unix seconds; None: never yet."""

    @property
    def connected(self) -> bool:
        """Whether the network is heard."""
        return self._lost_at is None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the operator should know now, each thing once."""
        now = self._clock.monotonic()
        for cause, (at, _) in tuple(self._complaints.items()):
            if now - at > KEPT_FOR:
                del self._complaints[cause]
        away = 0.0 if self._lost_at is None else now - self._lost_at
        lost = [f"Not connected for {away:.0f} s; trying again."] if away > PATIENCE else []
        return (*lost, *dict.fromkeys(sentence for _, sentence in self._complaints.values()))

    def complain(self, cause: str, sentence: str) -> None:
        """Something is wrong; the same cause again is the same complaint."""
        if cause not in self._complaints:
            log.warning(self._name, trouble=sentence)
        self._complaints.pop(cause, None)
        self._complaints[cause] = (self._clock.monotonic(), sentence)
        while len(self._complaints) > MOST:
            self._complaints.popitem(last=False)

    def mended(self, cause: str) -> None:
        """It is well again."""
        if self._complaints.pop(cause, None) is not None:
            log.info("well again", platform=self._name, cause=cause)

    def lost(self) -> None:
        """The connection is gone."""
        if self.connected:
            log.warning(self._name, trouble="The connection is lost; another is being made.")
        self.over()

    def over(self) -> None:
        """The connection was ended; whoever ended it says why."""
        if self.connected:
            self._lost_at, self.gap = self._clock.monotonic(), self._clock.now()

    def found(self) -> None:
        """The connection is there."""
        if self._lost_at is not None:
            log.info("connected", platform=self._name)
        self._lost_at = None
