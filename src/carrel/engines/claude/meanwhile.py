"""What a background task said that no prompt asked for: it goes before the next answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_agent_sdk.types import ResultMessage

LOG = logging.getLogger(__name__)
LONGEST = 2000


class Meanwhile:
    """Keeps the last of them."""

    def __init__(self) -> None:
        self._text = ""

    def hear(self, result: ResultMessage) -> None:
        """Keep it, unless it is a failure."""
        text = (result.result or "").strip()
        if text and not result.is_error:
            self._text = text[:LONGEST]
        LOG.info("a result nobody asked for: origin %s", result.origin)

    def before(self, text: str) -> str:
        """The answer, with it in front; it is told once."""
        meanwhile, self._text = self._text, ""
        return f"(Meanwhile: {meanwhile})\n\n{text}" if meanwhile else text
