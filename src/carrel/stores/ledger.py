"""What turns have cost: written with each answer, added up for people and for budgets."""

from __future__ import annotations

from carrel.core.effects import Spend
from carrel.core.model import SessionKey, Usage
from carrel.ports.store import By, Spending, Spent
from carrel.stores.rows import Database, Row

MOST = 1000


def spend(database: Database, key: SessionKey, record: Spend, at: float) -> None:
    """A row for each share."""
    for share in record.shares:
        usage = share.usage
        database.write(
            "spend",
            key=key,
            turn=record.turn,
            person=share.person,
            called=share.name,
            at=at,
            seconds=usage.seconds,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost=usage.cost,
            context=usage.context,
            model=usage.model,
        )


def spent(database: Database, key: SessionKey | None, since: float, until: float) -> Spent:
    """What was spent within a time, by a session or by all."""
    (row,) = database.rows("spent", key=key, since=since, until=until)
    return _spent(row)


def spending(database: Database, by: By, since: float) -> tuple[Spending, ...]:
    """What each has spent since then, the most first."""
    rows = database.rows("spending", by=by, since=since, limit=MOST)
    return tuple(Spending(row["id"], row["name"], _spent(row)) for row in rows)


def context(database: Database, key: SessionKey) -> float:
    """The share of the window that was in use at a session's last answer; 0: not known."""
    row = database.row("last_context", key=key)
    return 0.0 if row is None else row["context"]


def _spent(row: Row) -> Spent:
    tokens = (row["input_tokens"], row["output_tokens"])
    return Spent(row["turns"], Usage(row["seconds"], *tokens, row["cost"]))
