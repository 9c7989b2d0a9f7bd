"""Writes a conversation as a page into its session's outbox, from where it is sent as a file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from carrel.core import editing
from carrel.core.effects import Inquire
from carrel.core.errors import Refused, Unavailable
from carrel.core.exporting import Line, line_of, page
from carrel.core.material import words
from carrel.core.messages import File, Notice
from carrel.core.model import Conversation, MessageId, SessionKey
from carrel.ports.store import Shown, Store
from carrel.ports.workspace import Workspace, Workspaces
from carrel.runtime.inquiries import BROKE

MOST = 2_000
"""Things of a conversation, the newest."""

Redact = Callable[[str], str]

log = structlog.get_logger(__name__)


async def attempted(
    deed: Inquire, key: SessionKey, workspaces: Workspaces, store: Store, redact: Redact
) -> File | Notice:
    """The file, or why there is none."""
    try:
        space = await workspaces.prepare(key)
        return await exported(store, space, deed.conversation, deed.command, redact)
    except (Refused, Unavailable, OSError) as error:
        return Notice(f"It could not be written: {error}", "warning", deed.command)
    except Exception:
        log.exception("an export broke", command=deed.command)
        return Notice(BROKE, "error", deed.command)


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
    if shown.inbound is not None and editing.is_edition(shown.inbound):
        return None
    if shown.inbound is not None:
        return Line("said", shown.inbound.sender.name, words(shown.inbound), shown.at)
    return line_of(shown.outbound, shown.at) if shown.outbound is not None else None


def _written(path: Path, content: bytes) -> File:
    path.write_bytes(content)
    return File(path.name, "text/html", len(content), str(path), "The conversation.")
