"""Two homes and a mirror between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from carrel.core.errors import Unavailable
from carrel.core.model import SessionKey
from carrel.core.names import folder_name
from carrel.ports.mirrors import Change
from carrel.ports.store import Fence
from carrel.stores.memory_mirrors import MemoryMirrors
from carrel.testing.clock import ManualClock
from carrel.workspaces import surveys
from carrel.workspaces.mirrors import FolderMirror

KEY = SessionKey("discord:1")
LATE = float(1 << 40)


class Watched(MemoryMirrors):
    """Counts what is written. `fails`: before the so-manieth time the database goes away."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[Change] = []
        self.sent = 0
        self.fails: int | None = None

    async def commit(self, fence: Fence, change: Change) -> int:
        self._count()
        self.changes.append(change)
        return await super().commit(fence, change)

    async def send(self, fence: Fence, pieces: Mapping[str, bytes]) -> None:
        self._count()
        self.sent += 1
        await super().send(fence, pieces)

    async def fetch(self, key: SessionKey, names: frozenset[str]) -> Mapping[str, bytes]:
        self._count()
        return await super().fetch(key, names)

    def _count(self) -> None:
        if self.fails is not None:
            self.fails -= 1
            if self.fails < 0:
                raise Unavailable("The database is away.")


def host(folder: Path, store: MemoryMirrors) -> FolderMirror:
    sessions = folder / "sessions"
    sessions.mkdir(parents=True, exist_ok=True)
    return FolderMirror(sessions, store, ManualClock(LATE))


def root(one: FolderMirror) -> Path:
    return one.sessions / folder_name(KEY)


def write(one: FolderMirror, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        file = root(one) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def tree(one: FolderMirror) -> dict[bytes, object]:
    """Everything that must be the same on both hosts."""
    found: dict[bytes, object] = {}
    top = os.fsencode(root(one))
    for here, folders, names in os.walk(top):
        for name in (*folders, *names):
            path = os.path.join(here, name)  # noqa: PTH118 - names are bytes
            below = path.removeprefix(top + b"/")
            if below.split(b"/")[0].decode(errors="replace") not in surveys.TOPS:
                continue
            status = os.lstat(path)
            if os.path.islink(path):  # noqa: PTH114 - as above
                found[below] = os.readlink(path)  # noqa: PTH115 - as above
            elif os.path.isdir(path):  # noqa: PTH112 - as above
                found[below] = status.st_mode
            else:
                content = Path(os.fsdecode(path)).read_bytes()
                found[below] = (status.st_mode, status.st_mtime_ns, content)
    return found


def refuse(monkeypatch: pytest.MonkeyPatch, number: int, times: int = 1 << 30) -> None:
    """Let the file `a` not be opened so many times."""
    real, left = os.open, [times]

    def broken(path: object, *args: object, **more: object) -> object:
        if path == "a" and left[0] > 0:
            left[0] -= 1
            raise OSError(number, os.strerror(number))
        return real(path, *args, **more)

    monkeypatch.setattr(os, "open", broken)
