"""What was asked and answered in an engine conversation, put together from rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from carrel.core.handing_over import Exchange
from carrel.core.material import words
from carrel.core.messages import Answer, Body, Inbound
from carrel.core.model import TurnId

Asked = tuple[TurnId | None, Inbound]


def exchanged(
    asked: Iterable[Asked], answer: Callable[[TurnId], Iterable[Body]]
) -> tuple[Exchange, ...]:
    """One for each turn; `asked` in order. What has no answer tells nothing, and is left out."""
    found = []
    for turn, messages in groupby(asked, key=lambda one: one[0]):
        if turn is None:
            continue
        inbounds = [inbound for _, inbound in messages]
        text = "\n".join(body.text for body in answer(turn) if isinstance(body, Answer))
        if text:
            said = "\n".join(map(words, inbounds))
            found.append(Exchange(inbounds[0].sender.name, said, text))
    return tuple(found)
