"""Homes as text, so that each schema of the store has one in the repository: `tests/homes`.

A kept home holds `carrel.toml`, the store as SQL, and of each session what it has written itself.
Where the home lay is written as `@HOME@`, so that it can be laid out anywhere.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

KEPT = Path(__file__).parents[1] / "homes"
HOME, SLUG = "@HOME@", "@SLUG@"
OWN = ("session", "work/**/*", "memory/**/*", "engine/projects/*/*.jsonl")
SAID = ("user", "assistant")
"""Lines of a transcript that are the talk itself; the others are notes of the CLI for its own."""

LONG_AGO = 1e9
"""Unix seconds: whatever is larger in a column of reals is a moment."""


def keep(home: Path, kept: Path) -> Path:
    """Write a home that nobody uses as text, below `kept`; returns its folder."""
    with closing(sqlite3.connect(home / "carrel.db")) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        script = "\n".join([f"PRAGMA user_version = {schema};", *connection.iterdump(), ""])
    folder = kept / f"{schema:04}"
    _write(folder / "carrel.sql", script.replace(str(home), HOME))
    _write(folder / "carrel.toml", (home / "carrel.toml").read_text())
    for session in (home / "sessions").iterdir():
        for file in (one for pattern in OWN for one in session.glob(pattern) if one.is_file()):
            text = _talk(file) if file.suffix == ".jsonl" else file.read_text()
            name = str(file.relative_to(home)).replace(_slug(home), SLUG)
            _write(folder / name, text.replace(str(home), HOME))
    return folder


def lay_out(kept: Path, home: Path) -> None:
    """Make the home that `kept` is the text of, as if it had been used until just now."""
    home.mkdir(mode=0o700)
    for file in (one for one in kept.rglob("*") if one.is_file()):
        text = file.read_text().replace(HOME, str(home))
        if file.name == "carrel.sql":
            with closing(sqlite3.connect(home / "carrel.db")) as connection:
                connection.executescript(text)
                _to_now(connection)
        else:
            _write(home / str(file.relative_to(kept)).replace(SLUG, _slug(home)), text)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text)


def _slug(home: Path) -> str:
    """How the CLI writes a path in the name of a folder."""
    return re.sub(r"[^A-Za-z0-9]", "-", str(home))


def _talk(transcript: Path) -> str:
    """What was said, each line the answer to the one before."""
    before, lines = None, []
    for line in map(json.loads, transcript.read_text().splitlines()):
        if line["type"] in SAID:
            talk = line | {"parentUuid": before}
            lines.append(json.dumps(talk, separators=(",", ":")))  # as the CLI writes them
            before = line["uuid"]
    return "\n".join([*lines, ""])


def _to_now(connection: sqlite3.Connection) -> None:
    """Move every moment as far as the newest is from now: what is old is forgotten some day."""
    columns = [*_moments(connection)]
    newest = [
        connection.execute(f"SELECT max({column}) FROM {table}").fetchone()[0] or 0  # noqa: S608 - the store's own names
        for table, column in columns
    ]
    passed = time.time() - max(newest)
    for table, column in columns:
        moved = f"UPDATE {table} SET {column} = {column} + ? WHERE {column} > ?"  # noqa: S608 - the store's own names
        connection.execute(moved, (passed, LONG_AGO))
    connection.commit()


def _moments(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "REAL":
                yield table, column
