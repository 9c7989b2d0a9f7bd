"""The lines of the two corpora beside this file: what must be asked, and what is plain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def lines(name: str) -> Iterator[tuple[str, str]]:
    """Each line's command, its escapes resolved, and what the line says of it."""
    for line in (Path(__file__).parent / name).read_text(encoding="ascii").splitlines():
        if line and not line.startswith("#"):
            command, _, remark = line.rpartition(" # ")
            yield command.encode().decode("unicode_escape"), remark


WRAPPERS = tuple(lines("wrappers.txt"))
PLAIN = tuple(lines("plain.txt"))
