"""What the fake answers when it refuses."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer of Slack's that is no `ok`; most come with status 200."""

    def __init__(
        self, name: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(name or str(status))
        self.name, self.status, self.headers = name, status, headers or {}
        self.body = {"ok": False, "error": name, **more}


def bad_blocks(why: str) -> ApiError:
    """Blocks that Slack does not take."""
    return ApiError("invalid_blocks", response_metadata={"messages": [f"[ERROR] {why}"]})


def too_many(seconds: int) -> ApiError:
    """One request too many."""
    return ApiError("ratelimited", status=429, headers={"Retry-After": str(seconds)})
