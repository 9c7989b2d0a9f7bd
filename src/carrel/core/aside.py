"""What people see when a whole session is set aside: signs on messages, a word in each place."""

from __future__ import annotations

from collections.abc import Iterable

from carrel.core.messages import Gone, Mark, Notice, Outbound
from carrel.core.model import Conversation, MessageId, TurnId


def told(
    messages: Iterable[tuple[MessageId, Conversation]], turns: Iterable[TurnId], why: str
) -> tuple[Outbound, ...]:
    """For messages whose session cannot be run any more; the cards of its turns go."""
    open_ = tuple(messages)
    first: dict[Conversation, MessageId] = {}
    for message, place in open_:
        first.setdefault(place, message)
    signs = (Outbound(f"{m}.mark", place, Mark(m, "failed")) for m, place in open_)
    words = (Outbound(f"{m}.aside", place, Notice(why, "error")) for place, m in first.items())
    cards = (Outbound(f"{t}.card", place, Gone()) for t in turns for place in first)
    return (*signs, *cards, *words)
