from __future__ import annotations

import pytest

from carrel.core.messages import Inbound
from carrel.core.model import Conversation, Route, Sender, Session, SessionKey
from carrel.stores import entering

ROUTE = Route(SessionKey("k"), "claude", "private", "ask", "queue", "all")
THREAD = Conversation("discord", "1", thread="2")


def message(number: int) -> Inbound:
    return Inbound("discord:me", str(number), THREAD, Sender("discord", "7", "ann"), "hi")


def test_a_duplicate_changes_no_row(database) -> None:
    """spec: 2.2"""
    entering.accept(database, message(1), ROUTE, 1.0, command=False, held=False)
    before = database.connection.total_changes
    entering.accept(database, message(1), ROUTE, 2.0, command=False, held=False)
    assert database.connection.total_changes == before


def test_the_cursor_begins_with_the_first_message(database) -> None:
    for number in (1, 2):
        entering.accept(database, message(number), ROUTE, 1.0, command=False, held=False)
    rows = database.connection.execute("SELECT source, address, ext_id FROM cursor").fetchall()
    assert [tuple(row) for row in rows] == [("discord:me", "discord:1:2", "1")]


def test_a_claim_names_the_owner(database) -> None:
    for epoch in (1, 2):
        assert entering.claim(database, SessionKey("k"), f"host {epoch}").fence.epoch == epoch
    row = database.connection.execute("SELECT owner, epoch FROM session").fetchone()
    assert tuple(row) == ("host 2", 2)


@pytest.mark.parametrize(
    ("host", "mirrors", "left"),
    [("one", True, 1), ("one", False, 0), ("two", False, 1), ("two", True, 1)],
)
def test_a_mirror_that_is_kept_no_more_goes_where_the_folders_are(
    database, host, mirrors, left
) -> None:
    """Else it would be laid out one day, older than they are. spec: 21.14"""
    entering.claim(database, SessionKey("k"), "one")
    database.connection.execute("INSERT INTO mirror (key, number) VALUES ('k', 1)")
    entering.claim(database, SessionKey("k"), host, mirrors=mirrors)
    (count,) = database.connection.execute("SELECT COUNT(*) FROM mirror").fetchone()
    assert count == left


def test_pruning_goes_in_small_steps_and_leaves_what_is_open(database) -> None:
    for number in range(5):
        entering.accept(database, message(number), ROUTE, float(number), command=False, held=False)
    database.connection.execute("UPDATE inbox SET state = 'done' WHERE ext_id <> '1'")
    assert [entering.prune(database, 4.0, 2) for _ in range(3)] == [3, 1, 0]
    rows = database.connection.execute("SELECT ext_id FROM inbox ORDER BY id")
    assert [row["ext_id"] for row in rows] == ["1", "4"]


def test_what_a_session_that_is_gone_has_left_counts_as_pruned_too(database) -> None:
    """As long as something is counted, whoever prunes comes again."""
    for number in range(3):
        database.connection.execute(
            "INSERT INTO past (key, engine, value, directory, topic, at) "
            "VALUES ('gone', 'claude', ?, '', '', 1.0)",
            (str(number),),
        )
    assert [entering.prune(database, 4.0, 2) for _ in range(3)] == [2, 1, 0]


def test_what_is_made_has_its_folders_where_it_was_made(database) -> None:
    """Else whoever works on it first would take an empty folder for its own. spec: 21.6"""
    session = Session(SessionKey("k"))
    assert entering.beget(database, session, THREAD, "alpha", 1.0)
    assert entering.claim(database, SessionKey("k"), "beta").session.away == "alpha"
    assert entering.claim(database, SessionKey("k"), "alpha").session.away == ""
