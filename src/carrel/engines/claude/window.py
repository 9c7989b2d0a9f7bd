"""What the CLI tells of its context window: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from carrel.core.events import Compacted
from carrel.core.model import TurnId
from carrel.ports.engine import Context

if TYPE_CHECKING:
    from claude_agent_sdk.types import Message


def contents(told: Mapping[str, object]) -> Context | None:
    """The answer to `get_context_usage`; None where it says nothing of use."""
    used, window = _number(told, "totalTokens"), _number(told, "rawMaxTokens")
    if not window:
        return None
    categories = told.get("categories")
    rows = categories if isinstance(categories, list) else []
    parts = [
        (str(row.get("name")), _number(row, "tokens"))
        for row in rows
        if isinstance(row, dict) and row.get("kind") == "used"
    ]
    at = _number(told, "autoCompactThreshold") if told.get("isAutoCompactEnabled") else 0
    return Context(used, window, tuple(sorted(parts, key=lambda part: -part[1])), at or None)


def by_itself(turn: TurnId, told: Mapping[str, object]) -> tuple[Compacted, ...]:
    """What a boundary says that the CLI drew without being told to."""
    metadata = _metadata(told)
    if metadata.get("trigger") == "manual":
        return ()
    return (Compacted(turn, _number(metadata, "pre_tokens"), _number(metadata, "post_tokens")),)


def summed_up(message: Message) -> str:
    """What came of the command that makes room, if the message is about that."""
    from claude_agent_sdk import types as sdk

    match message:
        case sdk.SystemMessage(subtype="compact_boundary", data=told):
            metadata = _metadata(told)
        case _:
            return ""
    if metadata.get("trigger") != "manual":
        return ""
    before, after = _number(metadata, "pre_tokens"), _number(metadata, "post_tokens")
    return f"Summed up: {before:,} tokens are {after:,} now."


def _metadata(told: Mapping[str, object]) -> Mapping[str, object]:
    known = told.get("compact_metadata")
    return known if isinstance(known, dict) else {}


def _number(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0
