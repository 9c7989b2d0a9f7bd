"""Writes a conversation as a page into its session's outbox, from where it is sent as a file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from carrel.core.exporting import Line, line_of, page
from carrel.core.material import words
from carrel.core.messages import File
from carrel.core.model import Conversation, MessageId
from carrel.ports.store import Shown, Store
from carrel.ports.workspace import Workspace

MOST = 2_000
"""Things of a conversation, the newest."""

Redact = Callable[[str], str]


async def exported(
    store: Store, space: Workspace, place: Conversation, command: MessageId, redact: Redact
) -> File:
    """The file; the same command writes the same one. `redact` takes out what Carrel knows."""
    shown = await store.history(place, MOST)
    lines = [line for one in shown if (line := _line(one)) is not None]
    # Before it is escaped: a secret that is written differently would not be found.
    clean = (replace(line, who=redact(line.who), text=redact(line.text)) for line in lines)
    text = page(f"Conversation {place.address}", clean)
    name = f"conversation-{hashlib.sha256(command.encode()).hexdigest()[:8]}.html"
    return await asyncio.to_thread(_written, space.outbox / name, text.encode())


def _line(shown: Shown) -> Line | None:
    if shown.inbound is not None:
        return Line("said", shown.inbound.sender.name, words(shown.inbound), shown.at)
    return line_of(shown.outbound, shown.at) if shown.outbound is not None else None


def _written(path: Path, content: bytes) -> File:
    path.write_bytes(content)
    return File(path.name, "text/html", len(content), str(path), "The conversation.")
