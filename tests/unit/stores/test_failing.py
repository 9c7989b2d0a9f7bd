"""What cannot be read is set aside all the same: that is what setting aside is for."""

from __future__ import annotations

from carrel.core.model import Conversation, MessageId, SessionKey
from carrel.stores import failing

KEY = SessionKey("fake:a")
BROKEN = """INSERT INTO inbox
  (id, source, ext_id, message, key, seq, command, waiting, state, address, body, at)
  VALUES (1, 'fake', '1', 'fake/1', 'fake:a', 1, 0, 'queue', 'queued', 'fake:a', 'no JSON', 1.0)"""


def test_a_message_that_cannot_be_read_is_set_aside(database) -> None:
    """spec: 18.2"""
    database.connection.execute(BROKEN)
    told = failing.set_aside(database, KEY, "It broke.", 9.0)
    assert {o.conversation for o in told} == {Conversation("fake", "a")}
    assert {o.nonce for o in told} == {
        f"{MessageId('fake/1')}.{what}" for what in ("mark", "aside")
    }
    (row,) = database.connection.execute("SELECT state, settled_at FROM inbox").fetchall()
    assert tuple(row) == ("failed", 9.0)
