from __future__ import annotations

from carrel.core.model import Conversation
from carrel.ports.store import Cursor
from carrel.stores import catching_up

SOURCE, HERE = "discord:me", Conversation("discord", "1", within=("9",))


def test_a_cursor_has_one_row_whatever_moves_it(database) -> None:
    for number in ("1", "2"):
        catching_up.move(database, SOURCE, Cursor(HERE, number), 1.0)
    assert catching_up.cursors(database, SOURCE) == (Cursor(HERE, "2"),)
    catching_up.drop(database, SOURCE, HERE)
    assert catching_up.cursors(database, SOURCE) == ()


def test_when_a_source_was_heard_is_one_row_too(database) -> None:
    for at in (1.0, 2.0):
        catching_up.listening(database, SOURCE, at)
    assert catching_up.listened(database, SOURCE) == 2.0
    (count,) = database.connection.execute("SELECT COUNT(*) FROM listened").fetchone()
    assert count == 1
