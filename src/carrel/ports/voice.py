"""What must be able to listen: it makes words of a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Transcriber(Protocol):
    """Turns speech into text. Work goes on elsewhere: nothing here blocks."""

    async def transcribe(self, recording: Path) -> str:
        """The words of the recording.

        Raises Refused (say it in the chat) when there are none, when it is no recording, or when
        what listens is not installed; Unavailable when it cannot be reached or takes too long.
        """
        ...

    async def close(self) -> None:
        """End whatever was started for it. Idempotent."""
        ...
