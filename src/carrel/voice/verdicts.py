"""What is said of a recording, whoever listened to it."""

from __future__ import annotations

from carrel.core.errors import Refused

SILENT = "Nothing was said in the voice message."
UNREADABLE = "The voice message is no recording that can be read; please record it again."


def spoken(text: str) -> str:
    """The words without the space round them; raises Refused when there are none."""
    words = text.strip()
    if not words:
        raise Refused(SILENT)
    return words
