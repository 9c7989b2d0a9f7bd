"""Hosts that share a store: one leads and serves, the others stand by.

A host leads as long as it renews its lease in the store, by the store's own clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from carrel.ports.mirrors import MirrorStore

Role = Literal["leads", "stands by", "runs agents", "gone"]

Part = Literal["all", "platforms", "engines"]
"""What a host may do: lead and run agents, lead without any of its own, or only run agents."""

ALONE: Final = "local"
"""The name of a host whose store is its own."""

LEASE: Final = 15.0
"""Seconds for which a host leads without renewing its lease."""


@dataclass(frozen=True, slots=True)
class HostInfo:
    """One host. `left`: seconds for which it may be silent before it counts as gone.

    `since`: when it took its role, in unix seconds of the store's clock. `sessions` have their
    folders there; `live` counts engine processes, for which it has so many `places`. `here`: it is
    the one that was asked.
    """

    id: str
    role: Role
    left: float
    sessions: int
    live: int
    version: str
    since: float
    here: bool
    places: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """Room for engines of the leader's: where the host is reached, and what proves who is who."""

    host: str
    address: str
    certificate: str
    secret: str = field(repr=False)


def _nothing(_: object) -> None:
    return


@dataclass(frozen=True, slots=True)
class Tenure:
    """What a shared store tells its gateway of the lease, and what the lease needs to know.

    `seconds`: how long it lasts. `moves`: every host sees the sessions' folders; `mirrors`: they
    are mirrored, so that what there is of them is not out of date. `live`: engines at
    this moment, of as many as there are `places`. `part`: one of `engines` never leads. `offers`:
    the room that this one has while it waits, by its name. `follows` is told which host leads
    meanwhile, once for each, or that none does (empty); `leads` for how many seconds from now this
    one may act; `ends`, in a sentence, that it may not any more; `drains` that somebody wants it
    to finish.
    """

    seconds: float = LEASE
    version: str = ""
    moves: bool = False
    mirrors: bool = False
    part: Part = "all"
    places: int = 0
    live: Callable[[], int] = int
    offers: Callable[[str], Offer | None] = _nothing
    follows: Callable[[str], None] = _nothing
    leads: Callable[[float], None] = _nothing
    ends: Callable[[str], None] = _nothing
    drains: Callable[[], None] = lambda: None


class HostStore(Protocol):
    """A store's part about those who share it. Both serve a host that only stands by, too."""

    @property
    def host(self) -> str:
        """What this gateway is called among those that share the store."""
        ...

    @property
    def epoch(self) -> int:
        """The number of this host's lead, higher than that of every lead before; 0: no lead."""
        ...

    @property
    def mirrors(self) -> MirrorStore | None:
        """Where sessions' files are kept for the other hosts; None: there is no other."""
        ...

    async def hosts(self) -> tuple[HostInfo, ...]:
        """All of them: who leads first, then those that wait, then who is gone."""
        ...

    async def offers(self) -> tuple[Offer, ...]:
        """Where there is room for engines of this host's, which leads."""
        ...

    async def drain(self, host: str) -> None:
        """Ask a host to finish the turns that run, begin none, and end.

        It hears it at once, or at its next sign of life. Raises Refused for a host that is not
        there.
        """
        ...
