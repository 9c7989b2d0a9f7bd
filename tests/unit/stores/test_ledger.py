from __future__ import annotations

import math

from carrel.core.effects import Spend
from carrel.core.model import SessionKey, TurnId, Usage
from carrel.core.spending import Portion
from carrel.ports.store import Spent
from carrel.stores import ledger
from carrel.stores.database import SqliteDatabase, connect_writer
from carrel.stores.migrating import migrate
from carrel.stores.statements import load_migrations, load_statements

KEY = SessionKey("x:a")


def test_what_was_spent_before_there_was_a_ledger_is_in_it(path) -> None:
    connection = connect_writer(path)
    migrate(connection, tuple(one for one in load_migrations() if one.number < 8))
    connection.execute(
        "INSERT INTO turn (id, key, place, state, attempt, epoch, started_at, ended_at, seconds,"
        " input_tokens, output_tokens, cost)"
        " VALUES ('x:a#1', 'x:a', 1, 'done', 1, 1, 1, 2, 3, 4, 5, 6)"
    )
    migrate(connection, load_migrations())
    database = SqliteDatabase(connection, load_statements())
    assert ledger.spent(database, KEY, 0.0, math.inf) == Spent(1, Usage(3.0, 4, 5, 6.0))
    (nobody,) = ledger.spending(database, "person", 0.0)
    assert (nobody.id, nobody.name) == ("", "")
    connection.close()


def test_no_more_rows_are_told_than_a_page_holds(database, monkeypatch) -> None:
    monkeypatch.setattr(ledger, "MOST", 3)
    for number in range(5):
        parts = (Portion(f"x:{number}", "", Usage(cost=float(number))),)
        ledger.spend(database, KEY, Spend(TurnId(f"{KEY}#{number}"), parts), 1.0)
    assert [one.id for one in ledger.spending(database, "person", 0.0)] == ["x:4", "x:3", "x:2"]
    assert ledger.spent(database, None, 0.0, 2.0).usage.cost == 10.0
