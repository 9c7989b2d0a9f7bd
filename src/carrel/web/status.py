"""How the gateway stands, as the console and `carrel status` show it."""

from __future__ import annotations

from dataclasses import dataclass

from carrel.core.jobs import PLATFORM
from carrel.platforms.console import NAME as CONSOLE
from carrel.ports.platform import Platform


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    """One platform. `state` is one word; `note` says why it is not well, or nothing."""

    name: str
    state: str
    note: str = ""
    is_network: bool = True
    """Whether people talk there; the rest of what runs is listed too."""


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """A snapshot. `since` and `day_began`, the last midnight, in unix seconds.

    `live` counts engine processes, `running` turns. `login` says how the engine is paid for;
    `notices` are what the operator should read.
    """

    version: str
    pid: int
    since: float
    sessions: int
    live: int
    waiting: int
    platforms: tuple[PlatformInfo, ...] = ()
    notices: tuple[str, ...] = ()
    login: str = ""
    demo: bool = False
    running: int = 0
    day_began: float = 0.0

    @property
    def networks(self) -> tuple[PlatformInfo, ...]:
        """The chat networks that are set up; the console, which always is, is none of them."""
        return tuple(one for one in self.platforms if one.is_network and one.name != CONSOLE)


def stands(name: str, state: tuple[str, str], platform: Platform | None) -> PlatformInfo:
    """How something that runs stands, with what a platform itself complains about."""
    word, note = state
    network = platform is not None and name != PLATFORM
    if word != "up" or platform is None:
        return PlatformInfo(name, word, note, network)
    hears = "up" if platform.listening else "connecting"
    return PlatformInfo(name, hears, " ".join(platform.troubles), network)
