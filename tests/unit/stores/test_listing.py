from __future__ import annotations

from carrel.core.model import Conversation, SessionKey
from carrel.stores import entering, listing

HERE = Conversation("discord", "1")


def test_a_session_that_never_heard_anything_has_no_conversation(database) -> None:
    entering.claim(database, SessionKey("k"), "host")
    info = listing.session(database, SessionKey("k"))
    assert info is not None
    assert (info.conversation, info.last_used) == (None, 0.0)
    assert listing.sessions(database, 9, 0) == (info,)


def test_nothing_is_nothing(database) -> None:
    assert listing.session(database, SessionKey("k")) is None
    assert listing.open_keys(database) == ()
    assert listing.history(database, HERE, 9) == ()


def test_a_listing_reads_indices_only_as_far_as_it_shows(database) -> None:
    for name, values in (
        ("sessions", {"limit": 9, "offset": 0}),
        ("history", {"address": "x", "limit": 9}),
    ):
        plan = database.connection.execute(f"EXPLAIN QUERY PLAN {database.sql[name]}", values)
        steps = [row["detail"] for row in plan]
        tables = [step for step in steps if "box" in step or "session" in step or "turn" in step]
        assert all("INDEX" in step for step in tables), steps
