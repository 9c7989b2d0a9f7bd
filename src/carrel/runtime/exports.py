"""Writes a conversation as a page into its session's outbox, from where it is sent as a file."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

from carrel.core.effects import Inquire
from carrel.core.errors import Unavailable
from carrel.core.exporting import Line, line_of, page
from carrel.core.material import words
from carrel.core.messages import File
from carrel.core.model import SessionKey
from carrel.ports.store import Shown, Store
from carrel.runtime import edits
from carrel.runtime.tools import Tools

MOST = 2_000
"""Things of a conversation, the newest."""


async def exported(deed: Inquire, key: SessionKey, tools: Tools, store: Store) -> File:
    """The file; the same command writes the same one. Raises Refused, Unavailable."""
    place, redact = deed.conversation, tools.redact
    shown = edits.folded(await store.history(place, MOST))
    lines = [line for one in shown if (line := _line(one)) is not None]
    # Before it is escaped: a secret that is written differently would not be found.
    clean = (replace(line, who=redact(line.who), text=redact(line.text)) for line in lines)
    text = page(f"Conversation {place.address}", clean)
    name = f"conversation-{hashlib.sha256(deed.command.encode()).hexdigest()[:8]}.html"
    try:
        space = await tools.workspaces.prepare(key)
        return await asyncio.to_thread(_written, space.outbox / name, text.encode())
    except OSError as error:
        raise Unavailable(f"It could not be written: {error}") from error


def _line(shown: Shown) -> Line | None:
    said = shown.inbound
    if said is not None:
        who = f"{said.sender.name}, edited" if said.edited else said.sender.name
        return Line("said", who, words(said), shown.at)
    return line_of(shown.outbound, shown.at) if shown.outbound is not None else None


def _written(path: Path, content: bytes) -> File:
    path.write_bytes(content)
    return File(path.name, "text/html", len(content), str(path), "The conversation.")
