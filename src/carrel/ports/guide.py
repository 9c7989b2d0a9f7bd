"""How a person is led from nothing to a bot on a chat network: a platform's part of `carrel init`.

The wizard asks and writes; a platform says where its token comes from, and looks what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from carrel.ports.platform import Finding, PlatformParts


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that the network gives out.

    The platform's table says with `<key>_file` or `<key>_command` where it lies; `variable` of the
    environment is read where it says neither. `label` is what the portal calls it.
    """

    key: str
    label: str
    variable: str


@dataclass(frozen=True, slots=True)
class Named:
    """A conversation, a person, a role or a whole server, by its address and for people to read."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at the network shows.

    `bot`: its name there. `findings`: what must be mended on the portal first. `places` are
    conversations, `groups` roles and servers. `likely`: who of the `people` runs the bot.
    """

    bot: str
    findings: tuple[Finding, ...] = ()
    places: tuple[Named, ...] = ()
    people: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    likely: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """A platform's steps. The functions are given the platform's table, and its parts.

    `look` raises ConfigError for a secret that is not accepted, Unavailable when the network
    cannot be reached. `find`: people whose name begins with some letters; empty where nobody can
    be looked for. `hello` writes a text into a conversation; it raises Refusal where it may not.
    """

    title: str
    portal: str
    steps: tuple[str, ...]
    secrets: tuple[Secret, ...]
    look: Callable[[Any, PlatformParts], Coroutine[Any, Any, Survey]]
    find: Callable[[Any, PlatformParts, str], Coroutine[Any, Any, tuple[Named, ...]]]
    hello: Callable[[Any, PlatformParts, str, str], Coroutine[Any, Any, None]]
