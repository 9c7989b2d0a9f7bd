"""What leaves for any network: what all of them ask about it."""

from __future__ import annotations

from carrel.core.messages import Body, Gone, Mark


def is_new(body: Body, ref: str | None) -> bool:
    """Whether a message is made. Where that goes well, the bot can write."""
    return not ref and not isinstance(body, Mark | Gone)
