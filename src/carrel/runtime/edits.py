"""What was said, as it was edited last: people see that, and the rows keep what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from carrel.core import editing
from carrel.core.messages import Inbound
from carrel.core.model import MessageId
from carrel.ports.store import Shown

FAR = 1_000
"""How many things back the edits of a message are looked for."""


def folded(history: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """A conversation's history as people see it; the rows that tell of edits are left out."""
    edits = _newest(history)
    return tuple(_as_edited(one, edits) for one in history if not _is_edition(one))


def last(history: tuple[Shown, ...], message: MessageId) -> Inbound | None:
    """The newest edition of a message that had its end; None if there is none."""
    return _newest(history).get(message)


def _newest(history: tuple[Shown, ...]) -> dict[MessageId, Inbound]:
    told = (one.inbound for one in history if one.inbound is not None and _is_edition(one))
    return {editing.original_of(edit): edit for edit in told}


def _is_edition(one: Shown) -> bool:
    return one.inbound is not None and editing.is_edition(one.inbound)


def _as_edited(one: Shown, edits: Mapping[MessageId, Inbound]) -> Shown:
    edit = edits.get(one.inbound.message_id) if one.inbound is not None else None
    if one.inbound is None or edit is None:
        return one
    return replace(one, inbound=replace(one.inbound, text=editing.words_of(edit), edited=True))
