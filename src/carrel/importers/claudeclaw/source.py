"""A ClaudeClaw project on the disk, read into a value. Nothing in it is ever written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from carrel.core.errors import ConfigError
from carrel.importers.claudeclaw.prompts import DATA, SETTINGS, references
from carrel.importers.tolerant import clean, parsed, table, word

PATTERNS = (
    f"{DATA}/*.json",
    f"{DATA}/*.backup",
    f"{DATA}/daemon.pid",
    f"{DATA}/fallback-sessions/*.json",
    f"{DATA}/jobs/*.md",
    f"{DATA}/prompts/*.md",
    "agents/*/*.json",
    "agents/*/*.backup",
    "agents/*/jobs/*.md",
    "CLAUDE.md",
    ".claude/CLAUDE.md",
    ".claude/settings.json",
    ".claude/statusline.cjs",
)
LARGEST = 8_000_000
"""Bytes of one file; a state file has some thousands."""

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Source:
    """The project's folder and its files by their path below it, in characters that can be shown.

    `unread`: files that are there and cannot be read, each with the reason. `folders`: the
    names of the fork's session folders.
    """

    root: Path
    files: Mapping[str, bytes]
    unread: Mapping[str, str]
    folders: tuple[str, ...] = ()


def read(path: Path) -> Source:
    """The project at `path`, or round it when a folder within is given.

    Raises ConfigError when no ClaudeClaw lives there.
    """
    root = _root(path.absolute())
    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    _take(root, _names(root), files, unread)
    _take(root, set(references(files)) - files.keys(), files, unread)
    for name, target in _moved_jobs(root, files, unread).items():
        _take(root, (name,), files, unread)
        if clean(name) in files:
            files[clean(target)] = files.pop(clean(name))
    return Source(root, files, unread, _folders(root / DATA / "sessions"))


def _root(path: Path) -> Path:
    """The project: the folder that holds `.claude/claudeclaw`."""
    for root in (path, *path.parents[:2]):
        if (root / DATA).is_dir():
            return root
    raise ConfigError(f"{path} has no folder {DATA}; name the project that ClaudeClaw ran in.")


def _names(root: Path) -> Iterator[str]:
    for pattern in PATTERNS:
        yield from (path.relative_to(root).as_posix() for path in root.glob(pattern))


def _moved_jobs(root: Path, files: Mapping[str, bytes], unread: dict[str, str]) -> dict[str, str]:
    """Jobs in the folder that `jobsDir` names, and where they would lie without it.

    A folder outside of the project is not looked into.
    """
    told = word(table(parsed(files.get(SETTINGS, b"")).value).get("jobsDir"))
    folder = Path(os.path.normpath(root / told))
    if not told:
        return {}
    if not folder.is_relative_to(root) or not folder.is_dir():
        unread["jobsDir"] = f"{told} is no folder of the project; copy its jobs to {DATA}/jobs"
        return {}
    found = {path.relative_to(root).as_posix(): path.name for path in folder.glob("*.md")}
    moved = {name: f"{DATA}/jobs/{last}" for name, last in found.items()}
    return {name: target for name, target in moved.items() if target not in files}


def _take(
    root: Path, names: Iterable[str], files: dict[str, bytes], unread: dict[str, str]
) -> None:
    for name in sorted(names):
        try:
            files[clean(name)] = _content(root, name)
        except OSError as error:
            unread[clean(name)] = error.strerror or str(error)


def _content(root: Path, name: str) -> bytes:
    """A regular file of the project's own: links may lead out of it, and are not followed out."""
    path = Path(os.path.realpath(root / name))
    if not path.is_relative_to(os.path.realpath(root)):
        raise OSError("it is a link that leads out of the project")
    with os.fdopen(os.open(path, _READ), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no regular file")
        if found.st_size > LARGEST:
            raise OSError(f"it is larger than {LARGEST} bytes")
        return file.read(LARGEST)


def _folders(sessions: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(clean(path.name) for path in sessions.iterdir() if path.is_dir()))
    except OSError:
        return ()
