"""What was spent, by whom and on which day; and how a session stands with the budgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from carrel.core import budgets, view
from carrel.core.budgets import Budget, Funds, Limit
from carrel.core.days import day_of, last_days
from carrel.core.material import one_line
from carrel.core.model import SessionKey
from carrel.ports.clock import Clock
from carrel.ports.store import Spending, Spent, Store

DAYS = 7
SHOWN = 8


@dataclass(frozen=True, slots=True)
class DaySpent:
    """What was spent on a day, as `2026-11-28`."""

    date: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class Report:
    """The figures. `days`: the newest first; the others are of today, the costliest first."""

    zone: str
    session: Spent | None
    days: tuple[DaySpent, ...]
    sessions: tuple[Spending, ...]
    people: tuple[Spending, ...]
    turns: tuple[Spending, ...]
    limits: tuple[Limit, ...]


class Accounts:
    """The store's ledger; today's part of it is also kept in memory, for the budgets.

    What is added counts at once, before it is stored, so that no session overlooks another's.
    """

    def __init__(
        self, store: Store, clock: Clock, budget: Budget | None = None, zone: tzinfo = UTC
    ) -> None:
        self._store, self._clock, self._zone = store, clock, zone
        self._budget = budget or Budget()
        self._today = day_of(clock.now(), zone)
        self._all = 0.0
        self._own: dict[SessionKey, float] = {}

    async def open(self) -> None:
        """Read what was spent today. Raises Unavailable."""
        self._turn_over()
        everybody = await self._store.spent(None, self._today.start)
        self._all = everybody.usage.cost
        rows = await self._store.spending("session", self._today.start)
        self._own = {SessionKey(row.id): row.spent.usage.cost for row in rows}

    def add(self, key: SessionKey, cost: float) -> None:
        """Dollars that a session has spent."""
        self._turn_over()
        self._all += cost
        self._own[key] = self._own.get(key, 0.0) + cost

    def funds(self, key: SessionKey) -> Funds:
        """How a session stands now."""
        self._turn_over()
        own = self._own.get(key, 0.0)
        return budgets.funds(self._budget, self._all, own, self._today.end, str(self._zone))

    def _turn_over(self) -> None:
        """A new day begins with nothing spent."""
        now = self._clock.now()
        if now >= self._today.end:
            self._today, self._all, self._own = day_of(now, self._zone), 0.0, {}

    async def report(self, key: SessionKey | None = None) -> Report:
        """The figures, a session's own among them. Raises Unavailable."""
        store, days = self._store, last_days(self._clock.now(), self._zone, DAYS)
        spent = [await store.spent(None, day.start, day.end) for day in days]
        since = days[0].start
        limits = self.funds(key or SessionKey("")).limits
        return Report(
            zone=str(self._zone),
            session=None if key is None else await store.spent(key, 0.0),
            days=tuple(DaySpent(str(day.date), one) for day, one in zip(days, spent, strict=True)),
            sessions=await store.spending("session", since),
            people=await store.spending("person", since),
            turns=await store.spending("turn", since),
            limits=tuple(limit for limit in limits if key or limit.of == "all"),
        )


def in_words(report: Report, *, named: bool) -> str:
    """The figures for a conversation: this session, today, the days before.

    `named`: and who asked today, in whatever conversation.
    """
    return "\n".join(_lines(report, named=named))


def _lines(report: Report, *, named: bool) -> Iterator[str]:
    if report.session is not None:
        yield f"This session: {_whole(report.session)}."
    yield f"All sessions today: {_whole(report.days[0].spent)} ({report.zone})."
    yield from (f"{limit.name}: {limit} is used." for limit in report.limits)
    before = [one for one in report.days[1:] if one.spent.turns]
    if before:
        yield "The days before: " + "; ".join(f"{d.date} {_short(d.spent)}" for d in before) + "."
    if named and report.people:
        who_asked = (f"{_who(who)} {_short(who.spent)}" for who in report.people[:SHOWN])
        yield f"Who asked today: {'; '.join(who_asked)}."


def _who(asked: Spending) -> str:
    """A name and its network: the console's own person is called “you”, wherever it is read."""
    network = asked.id.partition(":")[0]
    return f"{one_line(asked.name)} ({network})" if network else "somebody unknown"


def _whole(spent: Spent) -> str:
    usage = spent.usage
    tokens = f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out"
    return f"{_turns(spent.turns)}, {view.duration(usage.seconds)}, {tokens}, ${usage.cost:.2f}"


def _short(spent: Spent) -> str:
    return f"${spent.usage.cost:.2f} in {_turns(spent.turns)}"


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
