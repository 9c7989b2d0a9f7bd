"""What is installed: stores, engines and platforms, each an entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, distribution, entry_points
from typing import Any

from carrel.core.errors import ConfigError
from carrel.ports.platform import PlatformKind


def plugin(kind: str, name: str) -> Any:
    """What the entry point `name` of `carrel.<kind>` stands for.

    Raises ConfigError naming those that are installed.
    """
    group = f"carrel.{kind}"
    # our own are found at once; only others' need a look through everything that is installed
    own = distribution("carrel").entry_points.select(group=group, name=name)
    found: tuple[EntryPoint, ...] = tuple(own) or tuple(entry_points(group=group, name=name))
    if not found:
        known = ", ".join(names(kind))
        raise ConfigError(f"There is no {name!r} among the {kind}; installed: {known}.")
    return found[0].load()


@cache
def names(kind: str) -> tuple[str, ...]:
    """The names of everything of a kind that is installed, in order."""
    return tuple(sorted(entry_points(group=f"carrel.{kind}").names))


def platform(name: str) -> PlatformKind:
    """How a platform is set up and built. Raises ConfigError as `plugin` does."""
    kind = plugin("platforms", name)
    if not isinstance(kind, PlatformKind):
        raise ConfigError(f"The plug-in {name!r} is no platform for this version of Carrel.")
    return kind
