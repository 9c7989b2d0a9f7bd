from __future__ import annotations

import sqlite3

import pytest

from carrel.core.effects import Ask, Close, Leave, Left, Say, Take
from carrel.core.errors import Fenced
from carrel.core.messages import Mark, Notice, Outbound
from carrel.core.model import Approval, Conversation, MessageId, SessionKey, Turn, TurnId
from carrel.ports.store import Fence
from carrel.stores import entering, recording

KEY = SessionKey("k")
HERE = Conversation("discord", "1")


@pytest.fixture
def fence(database):
    return entering.claim(database, KEY, "host").fence


def only(database, query: str) -> tuple[object, ...]:
    (row,) = database.connection.execute(query).fetchall()
    return tuple(row)


def test_an_older_or_unknown_epoch_is_fenced_out(database, fence) -> None:
    for wrong in (Fence(KEY, fence.epoch - 1), Fence(SessionKey("other"), 1)):
        with pytest.raises(Fenced):
            recording.save(database, wrong, (), 1.0)


def test_the_database_itself_refuses_a_second_running_turn(database, fence) -> None:
    """spec: 1.3"""
    recording.save(database, fence, (Take(Turn(TurnId("k#1"), ())),), 1.0)
    with pytest.raises(sqlite3.IntegrityError):
        recording.save(database, fence, (Take(Turn(TurnId("k#2"), ())),), 1.0)


def test_the_first_answer_to_an_approval_wins(database, fence) -> None:
    asked = Ask(Approval("a", TurnId("k#1"), "Bash", "Run", "ls", "/", "0f"))
    answers = (Close("a", "denied", "ann"), Close("a", "allowed", "bob"))
    recording.save(database, fence, (asked, *answers), 1.0)
    assert only(database, "SELECT state, closed_by FROM approval") == ("denied", "ann")


def test_a_row_of_the_outbox_says_where_it_goes_and_what_it_is(database, fence) -> None:
    body = Mark(MessageId("m"), "stored")
    recording.save(database, fence, (Say(Outbound("n", HERE, body)),), 1.0)
    assert only(database, "SELECT key, dest, kind, state, at FROM outbox") == (
        "k", "discord:1 marks", "mark", "pending", 1.0
    )  # fmt: skip


def test_what_has_left_is_mirrored_no_more(database, fence) -> None:
    """spec: 21.14"""
    database.connection.execute("INSERT INTO mirror (key, number) VALUES ('k', 1), ('other', 2)")
    recording.save(database, fence, (Leave(gone=True),), 1.0)
    assert only(database, "SELECT COUNT(*) FROM mirror") == (2,), "its folders are there yet"
    recording.save(database, fence, (Left(),), 1.0)
    assert only(database, "SELECT key FROM mirror") == ("other",)
    assert only(database, "SELECT home FROM session WHERE key = 'k'") == (None,), "nobody has them"


def test_an_edit_keeps_its_place_in_the_history(database, fence) -> None:
    for at, text in ((1.0, "old"), (9.0, "new")):
        recording.save(database, fence, (Say(Outbound("n", HERE, Notice(text))),), at)
    assert only(database, "SELECT at, version FROM outbox") == (1.0, 2)
