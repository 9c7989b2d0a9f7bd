"""Plain SQL in files: each statement has a name, each migration a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; `number` is the schema's version after it."""

    number: int
    name: str
    script: str


def statements(text: str) -> Mapping[str, str]:
    """The statements of a file by the name in the `-- name:` line above each."""
    pieces = _NAME.split(text)
    return MappingProxyType(dict(zip(pieces[1::2], map(str.strip, pieces[2::2]), strict=True)))


def load_statements() -> Mapping[str, str]:
    """The statements that the store uses."""
    return statements((resources.files(__package__) / "sql" / "queries.sql").read_text("utf-8"))


def load_migrations() -> tuple[Migration, ...]:
    """All steps from an empty file to the schema of this code, in order."""
    folder = resources.files(__package__) / "sql" / "migrations"
    found = (
        Migration(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    )
    return tuple(sorted(found, key=lambda migration: migration.number))
