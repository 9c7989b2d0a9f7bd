"""What was seen of a network, and the secrets that were given for it, until they are written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from carrel.ports.clock import Clock
from carrel.ports.guide import Secret, Survey
from carrel.setting_up.draft import Network

LIFE = 1800.0
MOST = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """A network as it was just seen; None: the console, which needs no look.

    `values`: the secrets that were given and are not written yet.
    """

    name: str
    title: str
    network: Network | None = field(default=None, repr=False)
    values: Mapping[Secret, str] = field(default_factory=dict, repr=False)

    @property
    def survey(self) -> Survey:
        """What is there to tick."""
        return self.network.survey if self.network is not None else Survey(self.title)


class Looks:
    """Kept in memory only, each under a handle that nobody can guess, for half an hour.

    Above eight the oldest is forgotten.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Seen]] = {}

    def keep(self, seen: Seen) -> str:
        """Keep it; the handle."""
        handle = secrets.token_urlsafe(24)
        self.renew(handle, seen)
        return handle

    def renew(self, handle: str, seen: Seen) -> None:
        """Keep something newer under the same handle."""
        self._forget()
        self._kept[handle] = self._clock.monotonic() + LIFE, seen
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def of(self, handle: str, name: str) -> Seen | None:
        """What was kept of the network with that name, if it still is."""
        self._forget()
        _, seen = self._kept.get(handle, (0.0, None))
        return seen if seen is not None and seen.name == name else None

    def _forget(self) -> None:
        now = self._clock.monotonic()
        self._kept = {name: one for name, one in self._kept.items() if now < one[0]}
