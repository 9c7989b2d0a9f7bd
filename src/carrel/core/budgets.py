"""What may be spent in a day, and what that decides: to go on, to warn, or to hold back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from carrel.core.model import Conversation

WARNED_AT = 0.8
"""The share of a budget at which people are told."""

Of = Literal["all", "session"]


@dataclass(frozen=True, slots=True)
class Budget:
    """Dollars a day: for all sessions together, and for each. None: no bound."""

    day: float | None = None
    session: float | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget and what is spent of it today, in dollars."""

    of: Of
    spent: float
    most: float

    def __str__(self) -> str:
        """`5.02 of 5.00 dollars`."""
        return f"{self.spent:.2f} of {self.most:.2f} dollars"

    @property
    def name(self) -> str:
        """Whose budget it is, in words."""
        return "Today's budget" if self.of == "all" else "Today's budget of this session"


@dataclass(frozen=True, slots=True)
class Funds:
    """How a session stands with the budgets. `until`: when the day is over, in unix seconds."""

    limits: tuple[Limit, ...] = ()
    until: float = 0.0
    zone: str = "UTC"


NO_LIMITS = Funds()


@dataclass(frozen=True, slots=True)
class Hold:
    """A budget that is used up holds back what waits; `nonce` is that of the card about it."""

    nonce: str
    conversation: Conversation
    limit: Limit
    until: float
    zone: str


def funds(budget: Budget, everybody: float, own: float, until: float, zone: str) -> Funds:
    """The limits that there are; `everybody` and `own`: dollars that were spent today."""
    day = () if budget.day is None else (Limit("all", everybody, budget.day),)
    session = () if budget.session is None else (Limit("session", own, budget.session),)
    return Funds((*day, *session), until, zone)


def used_up(now: Funds) -> Limit | None:
    """The budget of which nothing is left; the one for all goes before the session's."""
    return next((limit for limit in now.limits if limit.spent >= limit.most), None)


def left(now: Funds) -> float | None:
    """Dollars that may be spent before a budget is used up; None: any number."""
    return min((max(limit.most - limit.spent, 0.0) for limit in now.limits), default=None)


def nearly_used(now: Funds, cost: float) -> Limit | None:
    """The budget that `cost` dollars bring over the share at which people are told."""
    for limit in now.limits:
        after = Limit(limit.of, limit.spent + cost, limit.most)
        if limit.spent < WARNED_AT * limit.most <= after.spent < limit.most:
            return after
    return None
