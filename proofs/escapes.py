"""The list of escapes, which is data, and what an escape is filled in with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

LIST = Path(__file__).with_name("escapes.toml")


@dataclass(frozen=True, slots=True)
class Escape:
    """Something that is tried. Exactly one of `prompt` and `shell` says how.

    `hosts`: only where several share a database.
    """

    name: str
    prompt: str = ""
    shell: str = ""
    leaves: str = ""
    says: str = ""
    hosts: bool = False

    def filled(self, names: Mapping[str, str]) -> Escape:
        """With the places of one session and one sibling; KeyError for a name that is none."""
        return replace(
            self,
            prompt=self.prompt.format_map(names),
            shell=self.shell.format_map(names),
            leaves=self.leaves.format_map(names),
        )


def load(path: Path = LIST) -> tuple[Escape, ...]:
    """Every escape of the list. ValueError for one that says neither or both of the ways."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["escape"]
    escapes = tuple(Escape(**table) for table in listed)
    for one in escapes:
        if bool(one.prompt) == bool(one.shell):
            raise ValueError(f"{path.name}: {one.name!r} needs either a prompt or a shell line")
    if len({one.name for one in escapes}) != len(escapes):
        raise ValueError(f"{path.name}: two escapes have one name")
    return escapes
