"""Discord's rate limits: a bucket for each route and place, and fifty requests a second in all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from carrel.testing.discord.model import Json


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits by `METHOD template`, the one for every other route, and the one over all."""

    routes: Mapping[str, Limit] = field(
        default_factory=lambda: {
            "POST /channels/{channel}/messages": Limit(5, 5.0),
            "PATCH /channels/{channel}/messages/{message}": Limit(5, 5.0),
            "DELETE /channels/{channel}/messages/{message}": Limit(5, 1.0),
            "POST /channels/{channel}/typing": Limit(5, 5.0),
            "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me": Limit(1, 0.25),
            "DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me": Limit(1, 0.25),
            "POST /channels/{channel}/messages/{message}/threads": Limit(10, 10.0),
        }
    )
    other: Limit = Limit(30, 1.0)
    overall: Limit = Limit(50, 1.0)

    @classmethod
    def none(cls) -> Limits:
        """Limits that nobody meets."""
        free = Limit(1_000_000, 1.0)
        return cls({}, free, free)


@dataclass(slots=True)
class _Window:
    left: int
    ends: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and its headers. retry_after: seconds, when it may not."""

    headers: Mapping[str, str]
    retry_after: float = 0.0
    overall: bool = False

    @property
    def body(self) -> Json:
        """The JSON of a 429."""
        return limited(self.retry_after, overall=self.overall)


def limited(retry_after: float, *, overall: bool = False) -> Json:
    """The JSON of a 429."""
    message = "You are being rate limited."
    return {"message": message, "code": 0, "retry_after": retry_after, "global": overall}


class Limiter:
    """Counts requests. now: Unix time in seconds."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._windows: dict[str, _Window] = {}

    def judge(self, route: str, place: str, who: str, *, exempt: bool = False) -> Verdict:
        """Count one request. place: the channel, guild or webhook. exempt: from the overall one."""
        overall = None if exempt else self._count(f"all {who}", self._limits.overall)
        if overall and overall.left < 0:
            return self._refusal(overall, {"X-RateLimit-Global": "true"}, "global")
        limit = self._limits.routes.get(route, self._limits.other)
        window = self._count(f"{route} {place} {who}", limit)
        headers = self._headers(route, limit, window)
        if window.left < 0:
            return self._refusal(window, headers, "user")
        return Verdict(headers)

    def _count(self, key: str, limit: Limit) -> _Window:
        now = self._now()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _Window(limit.requests, now + limit.seconds)
        window.left -= 1
        return window

    def _headers(self, route: str, limit: Limit, window: _Window) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(max(window.left, 0)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(window.ends - self._now(), 0):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }

    def _refusal(self, window: _Window, headers: Mapping[str, str], scope: str) -> Verdict:
        wait = round(max(window.ends - self._now(), 0.001), 3)
        told = {"Retry-After": str(wait), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
        return Verdict({**headers, **told}, wait, scope == "global")
