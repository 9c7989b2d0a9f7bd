"""Copies a conversation into another, whole or up to a turn: the SDK's fork, over our own reading.

The SDK would look in the configuration of this process, and the session writes where transcripts
lie. So they are opened here part by part, and no link is followed.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from carrel.core.errors import Refused
from carrel.core.model import MessageId, ResumeToken
from carrel.engines.claude.prompts import message_uuid
from carrel.engines.claude.transcript import uuid_of
from carrel.ports.engine import FORGOTTEN, Until
from carrel.ports.workspace import Workspace

if TYPE_CHECKING:
    from claude_agent_sdk import SessionStore

LARGEST = 256 << 20
"""Bytes of a transcript that are copied at most."""

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
PROJECTS = "projects"

Entry = dict[str, Any]


@dataclass(slots=True)
class _Shelf:
    """What the SDK's fork reads from and writes to."""

    entries: list[Entry]
    made: list[Entry] = field(default_factory=list)

    async def load(self, key: object) -> list[Entry]:
        """The conversation."""
        del key
        return self.entries

    async def append(self, key: object, entries: list[Entry]) -> None:
        """Its copy."""
        del key
        self.made += entries


async def copied(
    resume: ResumeToken, source: Workspace, target: Workspace, until: Until | None
) -> ResumeToken | None:
    """The copy's token; None if nothing was said by then. Raises Refused with FORGOTTEN."""
    entries = await asyncio.to_thread(_read, source.engine, resume.value, source, target)
    last = _last(entries, until) if until is not None else ""
    if last is None or not any(one.get("type") in {"user", "assistant"} for one in entries):
        return None
    # to load it takes a second: a gateway whose agents run on other hosts has not done it yet
    sdk = await asyncio.to_thread(importlib.import_module, "claude_agent_sdk")

    shelf = _Shelf(entries)
    store: SessionStore = shelf  # type: ignore[assignment] # the two methods that a fork calls
    made = await sdk.fork_session_via_store(store, resume.value, str(target.work), last or None)
    slug = sdk.project_key_for_directory(str(target.work))
    await asyncio.to_thread(_write, target.engine, slug, made.session_id, shelf.made)
    return ResumeToken(resume.engine, made.session_id, str(target.work))


def _last(entries: list[Entry], until: Until) -> str | None:
    """The entry before the turn's first message: "" for all of them, None if there is none."""
    names = {message_uuid(ids) for ids in _prefixes(until.prompts)}
    first = next((one for one in entries if uuid_of(one) in names), None)
    if first is None:
        if until.lenient:
            return ""
        raise Refused(FORGOTTEN)
    before = entries[: entries.index(first)]
    named = (one for one in before if isinstance(one.get("uuid"), str))
    kept = [one for one in named if not one.get("isSidechain")]
    spoken = any(one.get("type") in {"user", "assistant"} for one in kept)
    return str(kept[-1]["uuid"]) if spoken else None


def _prefixes(ids: tuple[MessageId, ...]) -> Iterator[tuple[MessageId, ...]]:
    return (ids[:length] for length in range(1, len(ids) + 1))


def _read(engine: Path, session: str, source: Workspace, target: Workspace) -> list[Entry]:
    """The rows, with the session's own folder called by its new name."""
    text = _text(engine, session)
    if text is None:
        raise Refused(FORGOTTEN)
    old, new = (json.dumps(str(space.root))[1:-1] for space in (source, target))
    found = []
    for line in text.replace(old, new).split("\n"):
        with suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict):
                found.append(entry)
    return found


def _text(engine: Path, session: str) -> str | None:
    with suppress(ValueError, OSError), closing(_Folder(engine)) as top:
        UUID(session)
        with closing(top.below(PROJECTS)) as projects:
            for name in projects.names():
                with suppress(OSError), closing(projects.below(name)) as folder:
                    return folder.text(f"{session}.jsonl")
    return None


def _write(engine: Path, slug: str, session: str, entries: list[Entry]) -> None:
    lines = "".join(f"{json.dumps(entry, separators=(',', ':'))}\n" for entry in entries)
    try:
        with (
            closing(_Folder(engine)) as top,
            closing(top.made(PROJECTS)) as projects,
            closing(projects.made(slug)) as folder,
        ):
            folder.write(f"{session}.jsonl", lines)
    except OSError as error:
        raise Refused(f"The conversation could not be copied: {error.strerror}.") from None


class _Folder:
    """An open folder; what lies below it is reached through it, and never through a link."""

    def __init__(self, path: Path | str, above: int | None = None) -> None:
        self.descriptor = os.open(path, FOLDER, dir_fd=above)

    def close(self) -> None:
        os.close(self.descriptor)

    def names(self) -> list[str]:
        with os.scandir(self.descriptor) as found:
            return [one.name for one in found]

    def below(self, name: str) -> _Folder:
        return _Folder(name, self.descriptor)

    def made(self, name: str) -> _Folder:
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=self.descriptor)
        return self.below(name)

    def text(self, name: str) -> str:
        descriptor = os.open(name, READ, dir_fd=self.descriptor)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                raise OSError(f"{name} cannot be copied")
            return file.read(LARGEST).decode(errors="replace")

    def write(self, name: str, text: str) -> None:
        descriptor = os.open(name, NEW, 0o600, dir_fd=self.descriptor)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
