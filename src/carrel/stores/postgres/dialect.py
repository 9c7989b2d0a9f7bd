"""The store's SQL for PostgreSQL: the shared text, and the few statements that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from types import MappingProxyType
from typing import Final

from carrel.stores.statements import Migration, load_migrations, load_statements, statements

_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")
_TYPES: Final = (
    (re.compile(r"\) STRICT;"), ");"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bTEXT\b"), 'TEXT COLLATE "C"'),
)
_OWN: Final = resources.files("carrel.stores") / "sql" / "postgres"


def statement(text: str) -> str:
    """The shared text with psycopg's placeholders: `:key` is `%(key)s`."""
    return _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))


def schema(text: str) -> str:
    """A shared migration in PostgreSQL's types. Text is compared by its bytes, as SQLite does."""
    for pattern, instead in _TYPES:
        text = pattern.sub(instead, text)
    return text


def postgres_statements() -> Mapping[str, str]:
    """All statements by name; PostgreSQL's own take the place of shared ones."""
    own = statements((_OWN / "queries.sql").read_text("utf-8"))
    both = {**load_statements(), **own}
    return MappingProxyType({name: statement(text) for name, text in both.items()})


def postgres_migrations() -> tuple[Migration, ...]:
    """The same steps as SQLite's; a file of the same name in PostgreSQL's folder is taken as is."""
    folder = _OWN / "migrations"
    own = {file.name.removesuffix(".sql"): file for file in folder.iterdir()}
    return tuple(
        replace(
            step,
            script=own[step.name].read_text("utf-8") if step.name in own else schema(step.script),
        )
        for step in load_migrations()
    )
