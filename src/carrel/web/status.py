"""How the gateway stands, as the console and `carrel status` show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    """One platform. `state` is one word; `note` says why it is not well, or nothing."""

    name: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """A snapshot. `since` in unix seconds; `live` counts engine processes.

    `login` says how the engine is paid for; `notices` are what the operator should read.
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
