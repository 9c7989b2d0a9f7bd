"""spec: 15.2"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from carrel.core.budgets import Budget, Limit
from carrel.core.effects import Spend
from carrel.core.model import SessionKey, TurnId, Usage
from carrel.core.spending import Portion
from carrel.runtime.accounts import Accounts, in_words
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import ManualClock

A, B = SessionKey("console:a"), SessionKey("console:b")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86_400.0


async def spend(store: MemoryStore, key: SessionKey, cost: float, at: float) -> None:
    fence = (await store.claim(key, "host")).fence
    parts = (Portion("x:ada", "A`da\n", Usage(1.0, 1000, 20, cost)),)
    await store.save(fence, (Spend(TurnId(f"{key}#{at}"), parts),), at)


@pytest.fixture
async def accounts() -> tuple[Accounts, MemoryStore, ManualClock]:
    store, clock = MemoryStore(), ManualClock()
    made = Accounts(store, clock, Budget(5.0, 2.0), BERLIN)
    await spend(store, A, 1.0, clock.now())
    await spend(store, B, 0.5, clock.now())
    await spend(store, A, 4.0, clock.now() - 2 * DAY)
    await made.open()
    return made, store, clock


async def test_the_budgets_stand_as_what_was_spent_today(accounts) -> None:
    made, _, clock = accounts
    assert made.funds(A).limits == (Limit("all", 1.5, 5.0), Limit("session", 1.0, 2.0))
    made.add(B, 0.25)
    assert made.funds(B).limits == (Limit("all", 1.75, 5.0), Limit("session", 0.75, 2.0))
    funds = made.funds(A)
    assert (funds.zone, clock.now() < funds.until <= clock.now() + DAY) == ("Europe/Berlin", True)


async def test_a_new_day_begins_with_nothing_spent(accounts) -> None:
    made, _, clock = accounts
    first = made.funds(A).until
    await clock.advance(first - clock.now())
    assert made.funds(A).limits == (Limit("all", 0.0, 5.0), Limit("session", 0.0, 2.0))
    assert made.funds(A).until > first


async def test_the_figures_are_told_in_words(accounts) -> None:
    made, _, _ = accounts
    told = in_words(await made.report(A), named=True)
    assert "This session: 2 turns, 2 s, 2,000 tokens in, 40 out, $5.00." in told
    assert (
        "All sessions today: 2 turns, 2 s, 2,000 tokens in, 40 out, $1.50 (Europe/Berlin)" in told
    )
    assert "Today's budget: 1.50 of 5.00 dollars is used." in told
    assert "$4.00 in 1 turn" in told
    assert "Who asked today: Ada (x) $1.50 in 2 turns." in told
    assert "Ada" not in in_words(await made.report(A), named=False)


async def test_without_budgets_nothing_is_bounded() -> None:
    made = Accounts(MemoryStore(), ManualClock())
    made.add(A, 1e9)
    assert made.funds(A).limits == ()
    assert "budget" not in in_words(await made.report(), named=True)
