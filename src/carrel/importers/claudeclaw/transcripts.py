"""Transcripts of Claude's, found where the CLI keeps them and brought into a session's folder."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_REQUESTS = "api-request"
TALK = frozenset({"user", "assistant"})


def find(projects: Path, folder: Path, identity: str) -> Path | None:
    """The transcript with this id: that of `folder`, or any; it is found under no other name."""
    own = projects / slug(folder) / f"{identity}.jsonl"
    others = sorted(projects.glob(f"*/{identity}.jsonl"))
    return next((path for path in (own, *others) if path.is_file()), None)


def slug(folder: Path) -> str:
    """The CLI's name for a folder that it ran in."""
    return re.sub(r"[^A-Za-z0-9]", "-", str(folder))


def talks(path: Path) -> bool:
    """Whether anything was said in it: only then can the CLI resume it."""
    with _opened(path) as lines:
        return any(row.get("type") in TALK for _, row in _rows(lines))


def carry(path: Path, target: Path) -> None:
    """Copy a transcript to `target`, whole or not at all, mode 0600.

    What the CLI recorded of its own prompt is left out, for it would win over the new one, and
    tell the agent of another memory and other rules. Raises OSError.
    """
    draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with _opened(path) as lines, os.fdopen(descriptor, "wb") as out:
            out.writelines(without_prompts(lines))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def without_prompts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The rows without recorded prompts and requests; what hung on one hangs on the row before.

    Lines that are no row are left out: a crash leaves one at the end.
    """
    moved: dict[str, object] = {}
    for line, row in _rows(lines):
        parent = row.get("parentUuid")
        if _is_prompt(row):
            above = moved.get(parent, parent) if isinstance(parent, str) else parent
            moved[str(row.get("uuid"))] = above
        elif not str(row.get("type")).startswith(_REQUESTS):
            if isinstance(parent, str) and parent in moved:
                yield _line({**row, "parentUuid": moved[parent]})
            else:
                yield line if line.endswith(b"\n") else line + b"\n"


def _is_prompt(row: Mapping[str, object]) -> bool:
    match row:
        case {"type": "attachment", "attachment": {"type": "prompt_snapshot"}}:
            return True
        case _:
            return False


def _line(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Mapping[str, object]]]:
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            yield line, row


def _opened(path: Path) -> BufferedReader:
    descriptor = os.open(path, _READ)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(f"{path} is no regular file")
