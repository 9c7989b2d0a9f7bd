from __future__ import annotations

from carrel.testing.clock import ManualClock
from carrel.testing.discord.limits import Limit, Limiter, Limits


async def test_a_bucket_empties_and_fills() -> None:
    clock = ManualClock()
    limiter = Limiter(Limits({"GET /x": Limit(2, 5.0)}), clock.now)
    first, second, third = (limiter.judge("GET /x", "1", "bot") for _ in range(3))
    assert (first.headers["X-RateLimit-Remaining"], second.retry_after) == ("1", 0)
    assert third.retry_after == 5.0
    assert third.headers["X-RateLimit-Scope"] == "user"
    assert third.headers["Via"]
    assert not limiter.judge("GET /x", "2", "bot").retry_after
    await clock.advance(5.0)
    assert not limiter.judge("GET /x", "1", "bot").retry_after


def test_the_limit_over_all_is_global_and_some_are_exempt() -> None:
    limiter = Limiter(Limits({}, overall=Limit(1, 1.0)), ManualClock().now)
    limiter.judge("GET /a", "", "bot")
    refused = limiter.judge("GET /b", "", "bot")
    assert refused.body["global"]
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert not limiter.judge("POST /c", "", "bot", exempt=True).retry_after
    assert not limiter.judge("GET /b", "", "another bot").retry_after
