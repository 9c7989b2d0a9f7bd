"""What was said on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from carrel.core.model import Trigger


@dataclass(frozen=True, slots=True)
class Given:
    """What was said on the command line; what is empty or None is asked for.

    `tokens` and `commands`: a platform's name, or `name.key` for its further secrets, to a file or
    a command.
    """

    platforms: tuple[str, ...] | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    answer: Trigger | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    timezone: str | None = None
    budget: float | None = None
    isolation: str | None = None
    api_key: str | None = None
    hello: str | None = None
    service: bool | None = None
