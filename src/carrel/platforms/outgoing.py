"""What leaves for any network: what all of them ask about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from carrel.core.messages import (
    Answer,
    Body,
    Card,
    File,
    Gone,
    Mark,
    Menu,
    MissedCard,
    Notice,
    WaitingCard,
)
from carrel.ports.platform import Refusal

SAID_ANEW = Answer | Card | MissedCard | Notice
"""What is said once more where the message that it was to change is gone."""


def is_new(body: Body, ref: str | None) -> bool:
    """Whether a message is made. Where that goes well, the bot can write."""
    return not ref and not isinstance(body, Mark | Gone)


def replied_to(body: Body) -> str:
    """The network's name of the message to which `body` is said, if it is to one."""
    match body:
        case Answer(reply_to=message) | Notice(reply_to=message) | Menu(reply_to=message):
            name = message or ""
        case WaitingCard(message=message):
            name = message
        case _:
            name = ""
    return name.rpartition("/")[2]


async def bytes_of(file: File, most: int) -> bytes:
    """What the file holds; `most` bytes may be sent. Raises Refusal."""
    if file.size > most:
        raise Refusal(f"{file.name} is larger than the {most // 1_000_000} MB allowed")
    try:
        return await asyncio.to_thread(Path(file.path).read_bytes)
    except OSError as error:
        raise Refusal(f"{file.name} cannot be read: {error.strerror}") from error
