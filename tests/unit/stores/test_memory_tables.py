from __future__ import annotations

import pytest

from carrel.core.effects import Finish, Take
from carrel.core.model import SessionKey, Turn, TurnId
from carrel.stores.memory_tables import SessionRow, Tables

KEY = SessionKey("k")


@pytest.fixture
def tables():
    return Tables(sessions={KEY: SessionRow(), SessionKey("other"): SessionRow()})


def test_a_copy_is_a_savepoint(tables) -> None:
    before = tables.copy()
    tables.record(KEY, Take(Turn(TurnId("k#1"), ())), 1.0)
    assert (before.order, before.turns, before.sessions[KEY].turns) == (0, {}, 0)
    assert tables.running_turn(KEY) is not None


def test_a_session_runs_one_turn_and_only_its_own(tables) -> None:
    tables.record(KEY, Take(Turn(TurnId("k#1"), ())), 1.0)
    with pytest.raises(ValueError, match="runs k#1 already"):
        tables.record(KEY, Take(Turn(TurnId("k#2"), ())), 1.0)
    with pytest.raises(ValueError, match="k#1 is no turn of other"):
        tables.record(SessionKey("other"), Take(Turn(TurnId("k#1"), ())), 1.0)


def test_a_session_ends_its_own_turn_only(tables) -> None:
    tables.record(KEY, Take(Turn(TurnId("k#1"), ())), 1.0)
    tables.record(SessionKey("other"), Finish(TurnId("k#1"), "done"), 1.0)
    assert tables.running_turn(KEY) is not None
