from __future__ import annotations

from carrel.core.model import NO_USAGE, SessionKey, TurnId, Usage
from carrel.core.spending import Portion
from carrel.ports.store import Spending, Spent
from carrel.stores.memory_ledger import Entry, added_up, divided

A, B = SessionKey("x:a"), SessionKey("x:b")


def entry(key: SessionKey, turn: int, name: str, cost: float) -> Entry:
    usage = Usage(cost=cost, context=0.5, model="m")
    return Entry(key, TurnId(f"{key}#{turn}"), Portion("x:ada", name, usage), 1.0)


def test_nothing_adds_up_to_nothing() -> None:
    assert added_up(()) == Spent(0, NO_USAGE)
    assert divided((), "person") == ()


def test_the_most_comes_first_and_a_turn_counts_once() -> None:
    entries = (entry(A, 1, "Ada", 0.25), entry(A, 1, "Ada", 0.25), entry(B, 1, "Ada L.", 1.0))
    assert added_up(entries) == Spent(2, Usage(cost=1.5))
    assert [one.id for one in divided(entries, "session")] == [B, A]
    assert divided(entries, "person") == (Spending("x:ada", "Ada L.", Spent(2, Usage(cost=1.5))),)
    assert [one.spent.turns for one in divided(entries, "turn")] == [1, 1]
