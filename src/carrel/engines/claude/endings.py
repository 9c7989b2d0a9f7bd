"""How a turn ended, read from the CLI's result: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carrel.core.model import StopReason, Usage
from carrel.engines.claude.login import Login

if TYPE_CHECKING:
    from claude_agent_sdk.types import ResultMessage

LIMIT_WORDS = ("usage limit", "rate limit", "limit reached", "hit your limit")
LOGIN_STATUS = frozenset({401, 403})
BUSY = 429


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the CLI stopped, with the answer or one sentence for people."""

    reason: StopReason
    text: str
    resets_at: float | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A usage limit that the service announced; `resets_at` in unix seconds, if it said."""

    resets_at: float | None


def rejection(status: str, resets_at: float | None) -> Rejection | None:
    """What the service said of its limits last: None if it lets requests through."""
    return Rejection(float(resets_at) if resets_at else None) if status == "rejected" else None


def ending(result: ResultMessage, rejected: Rejection | None, login: Login, partial: str) -> Ending:
    """Read a result. `partial`: what was written so far, the text of a turn that was stopped."""
    said = (result.result or "").strip()
    if str(result.terminal_reason or "").startswith("aborted"):
        return Ending("stopped", partial)
    if not result.is_error:
        return Ending("done", said)
    if rejected is not None:
        return Ending("limit", "The usage limit is reached.", rejected.resets_at)
    if result.api_error_status in LOGIN_STATUS:
        return Ending("failed", f"{login.mend} (The service said {result.api_error_status}.)")
    if result.api_error_status == BUSY and any(word in said.lower() for word in LIMIT_WORDS):
        return Ending("limit", "The usage limit is reached.")
    return Ending("failed", said or _reasons(result) or "The engine failed without a reason.")


def _reasons(result: ResultMessage) -> str:
    match result.subtype:
        case "error_max_turns":
            return "The engine stopped at its limit of steps."
        case "error_max_budget_usd":
            return "The engine stopped at its budget."
        case _:
            return "; ".join(result.errors or ())[:500]


def usage(result: ResultMessage, spent: float, last: Mapping[str, object]) -> Usage:
    """What it cost. `spent`: dollars since the last result; `last`: usage of the last request."""
    total = result.usage or {}
    models = result.model_usage or {}
    model = max(models, key=lambda name: _number(models[name], "outputTokens"), default="")
    window = _number(models[model], "contextWindow") if model else 0
    return Usage(
        seconds=result.duration_ms / 1000,
        input_tokens=_taken_in(total),
        output_tokens=_number(total, "output_tokens"),
        cost=spent,
        context=min(_taken_in(last) / window, 1.0) if window and last else None,
        model=model,
    )


def _taken_in(usage: Mapping[str, object]) -> int:
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(_number(usage, name) for name in names)


def _number(usage: Mapping[str, object], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
