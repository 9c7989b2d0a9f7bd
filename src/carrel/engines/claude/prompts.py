"""A prompt as the CLI takes it: content blocks, and a message uuid that follows from its id."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid5

from carrel.core.material import one_line, spoken
from carrel.core.model import Attachment, MessageId
from carrel.ports.engine import Delivered

NAMESPACE = UUID("6f0d0a52-5e0a-5d0b-9a53-3c1c5be7f6a1")
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_IMAGE = 5_000_000
GO_ON = (
    "Carrel was restarted while you worked on the message above, and what ran then was cut off. "
    "See what is done already, check whether the interrupted step took effect before you repeat "
    "it, then finish and answer the message above."
)

Block = dict[str, object]


def message_uuid(ids: Iterable[MessageId]) -> str:
    """The uuid of the message that carries these prompts: the same after a restart."""
    return str(uuid5(NAMESPACE, "\n".join(ids)))


def again_uuid(uuid: str, number: int) -> str:
    """The uuid of the `number`th request to go on with message `uuid`."""
    return str(uuid5(NAMESPACE, f"{uuid}#{number}"))


def user_message(uuid: str, content: str | list[Block], *, command: bool = False) -> Block:
    """One line for the CLI's input. Nothing in it is a command of the CLI's, unless `command`."""
    composed: Block = {} if command else {"client_composed": True}
    return {
        **composed,
        "type": "user",
        "message": {"role": "user", "content": content},
        "parent_tool_use_id": None,
        "uuid": uuid,
    }


def content(prompts: tuple[Delivered, ...]) -> str | list[Block]:
    """Texts one under the other, attached files by path, small images also as what they show.

    Reads the images from disk; a file that cannot be read is only named. The CLI's own command is
    given as it takes it.
    """
    if command := prompts[0].prompt.command:
        return command
    text = "\n\n".join(_text(prompt) for prompt in prompts)
    files = [file for prompt in prompts for file in prompt.files]
    images = [block for attachment, path in files if (block := _image(attachment, path))]
    return [*images, {"type": "text", "text": text}] if images else text


def _text(prompt: Delivered) -> str:
    lines = [f"[Attached file {one_line(file.name, 120)}: {path}]" for file, path in prompt.files]
    return "\n".join(part for part in (spoken(prompt.prompt), *lines) if part) or "(empty message)"


def _image(attachment: Attachment, path: Path) -> Block | None:
    if attachment.media_type not in IMAGES:
        return None
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_IMAGE else b""
    except OSError:
        return None
    if not data:
        return None
    encoded = base64.b64encode(data).decode()
    source = {"type": "base64", "media_type": attachment.media_type, "data": encoded}
    return {"type": "image", "source": source}
