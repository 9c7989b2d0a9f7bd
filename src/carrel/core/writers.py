"""Who writes where in a folder that several sessions share, so that the second is told first.

A claim is made when a session asks to write a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from carrel.core.model import SessionKey

RECENT_S = 900.0
"""How long a claim holds: a turn's work on a file, and a look at it by a person."""

MOST = 4096
"""Claims remembered at most; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A session wrote `path`, or is about to. `at` in unix seconds."""

    session: SessionKey
    path: str
    at: float


@dataclass(frozen=True, slots=True)
class Writers:
    """The claims that still hold. Paths are compared as they are given: give real, whole ones."""

    claims: Mapping[tuple[str, SessionKey], Claim] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def others(self, claim: Claim) -> tuple[Claim, ...]:
        """The other sessions' claims to the same file that hold at that time, the newest first."""
        rivals = [
            one
            for one in self.claims.values()
            if one.path == claim.path and one.session != claim.session and _holds(one, claim.at)
        ]
        return tuple(sorted(rivals, key=lambda one: -one.at))

    def claimed(self, claim: Claim) -> Writers:
        """The same with this claim; what no longer holds at its time is forgotten."""
        mine = (claim.path, claim.session)
        kept = [
            (key, one) for key, one in self.claims.items() if key != mine and _holds(one, claim.at)
        ]
        return Writers(MappingProxyType(dict([*kept, (mine, claim)][-MOST:])))


def _holds(claim: Claim, now: float) -> bool:
    return claim.at > now - RECENT_S
