"""What was said so long ago, and not shown, that it is told of instead of being sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from carrel.core.messages import Answer, File, Menu, Notice, Outbound
from carrel.core.view import duration

LATE_AFTER = 3600.0
"""Seconds for which a reply is as good as new, however short the operator's patience is."""

MOST = 10
CHARACTERS = 1500
"""Of all beginnings together."""


def can_be_late(outbound: Outbound) -> bool:
    """Whether it is a reply; cards show how things stand, and do so still."""
    return isinstance(outbound.body, Answer | Notice | Menu | File)


def summary(late: Sequence[tuple[Outbound, float]]) -> Outbound:
    """One notice in place of replies of one conversation, each with its age in seconds.

    It stands in the conversation of the first, under a nonce of its own.
    """
    first, shown = late[0][0], late[-MOST:]
    count, room = len(late), CHARACTERS // len(shown)
    what = "1 reply was" if count == 1 else f"{count} replies were"
    lines = [f"* {duration(age)} ago: {_beginning(outbound, room)}" for outbound, age in shown]
    if count > len(shown):
        lines.insert(0, f"* {count - len(shown)} before these")
    text = "\n".join([f"{what} not delivered in time. `/export` has all of it.", *lines])
    return replace(first, nonce=f"{first.nonce}.late", body=Notice(text, "warning"))


def _beginning(outbound: Outbound, room: int) -> str:
    match outbound.body:
        case File(name=name):
            text = f"the file {name}"
        case Answer(text=text) | Notice(text=text) | Menu(text=text):
            pass
        case _:
            text = outbound.body.kind
    words = " ".join(text.split())
    return words if len(words) <= room else f"{words[: room - 1]}…"
