"""What a budget decides. spec: 15.3 15.4"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.core.budgets import (
    NO_LIMITS,
    Budget,
    Funds,
    Limit,
    funds,
    left,
    nearly_used,
    used_up,
)

DOLLARS = st.floats(0, 1e6)
BUDGETS = st.builds(Budget, *[st.none() | st.floats(0.01, 1e6)] * 2)
TURNS = st.lists(st.floats(0, 20), max_size=60)


@given(BUDGETS, DOLLARS, DOLLARS)
def test_it_is_used_up_exactly_where_nothing_is_left(
    budget: Budget, all_: float, own: float
) -> None:
    now = funds(budget, all_, own, 1.0, "UTC")
    assert (used_up(now) is not None) == (left(now) == 0)
    assert (left(now) is None) == (budget == Budget())


@given(BUDGETS, TURNS)
def test_whatever_turns_cost_people_are_warned_once_and_none_begins_beyond(
    budget: Budget, costs: list[float]
) -> None:
    spent, warned = 0.0, []
    for cost in costs:
        now = funds(budget, spent, spent, 1.0, "UTC")
        if used_up(now):
            break
        near = nearly_used(now, cost)
        warned += [near.of] if near else []
        spent += cost
    assert len(warned) == len(set(warned))
    for most in (budget.day, budget.session):
        if most is not None:
            assert spent - max(costs, default=0.0) < most, "one turn at most goes beyond"


@pytest.mark.parametrize(
    ("spent", "cost", "told"),
    [
        (3.9, 0.2, "4.10 of 5.00 dollars"),
        (3.9, 0.1, "4.00 of 5.00 dollars"),
        (4.0, 0.2, ""),
        (3.0, 0.9, ""),
        (3.0, 2.0, ""),
    ],
)
def test_the_warning_comes_at_four_fifths(spent: float, cost: float, told: str) -> None:
    near = nearly_used(Funds((Limit("all", spent, 5.0),)), cost)
    assert (str(near) if near else "") == told


def test_without_a_budget_nothing_is_decided() -> None:
    assert used_up(NO_LIMITS) is nearly_used(NO_LIMITS, 1e9) is left(NO_LIMITS) is None


def test_the_budget_of_all_goes_before_the_session_s() -> None:
    now = funds(Budget(5.0, 1.0), 6.0, 2.0, 1.0, "UTC")
    assert used_up(now) == Limit("all", 6.0, 5.0)
    assert used_up(funds(Budget(9.0, 1.0), 6.0, 2.0, 1.0, "UTC")).name.endswith("this session")
