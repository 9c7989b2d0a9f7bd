"""What a transcript says about a message that may have been sent before a crash.

A message's own row carries our uuid; one that was steered in during a tool is an attachment with
`source_uuid`. What follows belongs to it until the next message. It is answered when the last
assistant row ended its turn; the CLI's own notes (`<synthetic>`) are no answers.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

Row = Mapping[str, object]
FINAL = frozenset({"end_turn", "stop_sequence"})
MARKS = (b'"type":"user"', b'"type":"assistant"', b'"type":"queued_command"')
LOOKED_AT = 3
QUIET = "mcp__carrel__nothing_to_report"
INTERRUPTED = "[Request interrupted by user"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message.

    `absent`: never recorded. `answered`: `text` is the answer; `quiet`: with nothing to report.
    `stopped`: a person interrupted it. `open`: recorded and no more, or failed at the API; the CLI
    can run it again by itself.
    `cut`: a tool was running, or other messages came after; the model must be asked to go on.
    """

    kind: Literal["absent", "answered", "stopped", "open", "cut"]
    text: str = ""
    quiet: bool = False


ABSENT = Fate("absent")


def find(engine: Path, session: str) -> Path | None:
    """The transcript of a session below the engine's folder, if it is there."""
    try:
        UUID(session)
    except ValueError:
        return None
    return next((engine / "projects").glob(f"*/{session}.jsonl"), None)


def newest(engine: Path, count: int) -> list[Path]:
    """The transcripts written last, newest first."""
    found = (engine / "projects").glob("*/*.jsonl")
    return sorted(found, key=lambda path: path.lstat().st_mtime, reverse=True)[:count]


def session_with(engine: Path, uuids: frozenset[str], apart: str = "") -> str | None:
    """The newest conversation that holds a message by one of these names, `apart` left out."""
    for path in newest(engine, LOOKED_AT):
        if path.stem != apart and any(uuid_of(row) in uuids for row in rows(path)):
            return path.stem
    return None


def rows(path: Path | None) -> list[Row]:
    """The rows that matter, in order; lines that are no JSON object are passed over."""
    if path is None:
        return []
    try:
        with os.fdopen(_opened(path), "rb") as lines:
            return [row for line in lines if (row := _row(line)) is not None]
    except OSError:
        return []


def usable(transcript: list[Row]) -> bool:
    """Whether there is anything that the CLI could resume."""
    return any(row["type"] in {"user", "assistant"} for row in transcript)


def fate(transcript: list[Row], uuid: str, cut: frozenset[str] = frozenset()) -> Fate:
    """What became of message `uuid`. `cut`: calls that are known not to have been carried out."""
    places = [index for index, row in enumerate(transcript) if uuid_of(row) == uuid]
    if not places:
        return ABSENT
    after = transcript[places[-1] + 1 :]
    own = list(_until_next_message(after))
    said = [row for row in own if row["type"] == "assistant" and not _synthetic(row)]
    if said and _stop_reason(said[-1]) in FINAL and not _blocks(said[-1], "thinking"):
        called = {block.get("name") for row in said for block in _blocks(row, "tool_use")}
        return Fate("answered", _answer(said), quiet=QUIET in called)
    if any(_text(row).startswith(INTERRUPTED) for row in own if row["type"] == "user"):
        return Fate("stopped", "\n\n".join(text for row in said if (text := _text(row))))
    if len(own) < len(after) or _dangling(own) - cut:
        return Fate("cut")
    return Fate("open")


def uuid_of(row: Row) -> str | None:
    """The uuid under which we sent this row's message, if it is one."""
    match row:
        case {"type": "attachment", "attachment": {"source_uuid": str(uuid)}}:
            return uuid
        case {"type": "user", "uuid": str(uuid)} if not row.get("isMeta"):
            return None if _blocks(row, "tool_result") else uuid
        case _:
            return None


def _until_next_message(after: list[Row]) -> Iterator[Row]:
    for row in after:
        sent = row["type"] == "user" and uuid_of(row) is not None
        if sent and not _text(row).startswith(INTERRUPTED):
            return
        yield row


def _dangling(own: list[Row]) -> set[str]:
    """Calls that never came back."""
    called = {str(block.get("id")) for row in own for block in _blocks(row, "tool_use")}
    back = {str(block.get("tool_use_id")) for row in own for block in _blocks(row, "tool_result")}
    return called - back


def _opened(path: Path) -> int:
    """A descriptor of a regular file. The session may write here, so links are not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(f"{path} is no regular file")


def _row(line: bytes) -> Row | None:
    if not any(mark in line for mark in MARKS) or b'"isSidechain":true' in line:
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    kept = isinstance(row, dict) and row.get("type") in {"user", "assistant", "attachment"}
    return row if kept else None


def _synthetic(row: Row) -> bool:
    match row:
        case {"message": {"model": "<synthetic>"}}:
            return True
        case _:
            return row.get("isApiErrorMessage") is True


def _answer(said: list[Row]) -> str:
    """The text of the last message; each of its blocks is a row of its own."""
    last = _message_id(said[-1])
    return "".join(_text(row) for row in said if _message_id(row) == last)


def _message_id(row: Row) -> object:
    match row:
        case {"message": {"id": name}}:
            return name
        case _:
            return None


def _stop_reason(row: Row) -> object:
    match row:
        case {"message": {"stop_reason": reason}}:
            return reason
        case _:
            return None


def _text(row: Row) -> str:
    match row:
        case {"message": {"content": str(text)}}:
            return text
        case _:
            return "".join(str(block.get("text", "")) for block in _blocks(row, "text"))


def _blocks(row: Row, kind: str) -> list[Mapping[str, object]]:
    match row:
        case {"message": {"content": list(blocks)}}:
            return [b for b in blocks if isinstance(b, dict) and b.get("type") == kind]
        case _:
            return []
