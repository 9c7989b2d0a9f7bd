"""Text that others wrote, as a code block that it cannot end."""

from __future__ import annotations

import re

_FENCE = re.compile("`{3,}")
_APART = "\u200b"


def fenced(text: str, kind: str = "") -> str:
    """`text` as a code block of the language `kind`; rows of backticks in it are pulled apart."""
    inert = _FENCE.sub(lambda run: _APART.join(run.group()), text)
    return f"```{kind}\n{inert}\n```"
