from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.effects import Say
from carrel.core.messages import Gone, Notice, Outbound
from carrel.core.model import Conversation, SessionKey
from carrel.stores import entering, outgoing, recording

HERE = Conversation("discord", "1")


@pytest.fixture
def row(database):
    fence = entering.claim(database, SessionKey("k"), "host").fence
    recording.save(database, fence, (Say(Outbound("n", HERE, Notice("hi"))),), 1.0)
    (row,) = outgoing.due(database, None, 9)
    return row


def test_a_send_is_on_record_before_it_begins(database, row) -> None:
    assert outgoing.sending(database, row)
    (stored,) = database.connection.execute("SELECT state, attempts FROM outbox").fetchall()
    assert tuple(stored) == ("sending", 1)


def test_a_row_that_is_not_there_is_not_sent(database, row) -> None:
    assert not outgoing.sending(database, replace(row, id=99))


def test_a_late_failure_does_not_undo_a_receipt(database, row) -> None:
    outgoing.sent(database, row, "ref", 2.0)
    outgoing.unsent(database, row, dead=False, unsure=True, error="late")
    assert outgoing.due(database, None, 9) == ()


def test_after_gone_nothing_is_shown(database, row) -> None:
    gone = replace(row, outbound=replace(row.outbound, body=Gone()))
    outgoing.sent(database, gone, "ref", 2.0)
    assert database.connection.execute("SELECT ref FROM outbox").fetchone()[0] is None


def test_why_a_row_died_is_kept(database, row) -> None:
    outgoing.unsent(database, row, dead=True, unsure=False, error="too long")
    assert database.connection.execute("SELECT error FROM outbox").fetchone()[0] == "too long"


@pytest.mark.parametrize(
    "name",
    [
        "due",
        "due_anywhere",
        "lanes",
        "open_keys",
        "open_messages",
        "held_messages",
        "waiting_message",
    ],
)
def test_what_is_asked_all_the_time_reads_an_index(database, name) -> None:
    values = {"dest": "x", "limit": 1, "key": "k", "message": "m"}
    plan = database.connection.execute(f"EXPLAIN QUERY PLAN {database.sql[name]}", values)
    steps = [row["detail"] for row in plan if "outbox" in row["detail"] or "inbox" in row["detail"]]
    assert steps
    assert all("INDEX" in step for step in steps)
