"""What failed: a session that is set aside as a whole, and the messages that nobody answered."""

from __future__ import annotations

from carrel.core import aside
from carrel.core.messages import Outbound
from carrel.core.model import MessageId, SessionKey, TurnId, conversation_at
from carrel.ports.store import DeadLetter
from carrel.stores import codec, recording
from carrel.stores.rows import Database


def set_aside(database: Database, key: SessionKey, why: str, at: float) -> tuple[Outbound, ...]:
    """Fail all that is open in the session, and say so. No body is read."""
    messages = [
        (MessageId(row["message"]), conversation_at(row["address"]))
        for row in database.rows("open_ids", key=key)
    ]
    turns = [TurnId(row["id"]) for row in database.rows("running_ids", key=key)]
    for name in ("fail_open", "fail_turns", "withdraw_approvals"):
        database.write(name, key=key, at=at)
    told = aside.told(messages, turns, why)
    for outbound in told:
        recording.say(database, key, outbound, at)
    return told


def dead_letters(database: Database, limit: int) -> tuple[DeadLetter, ...]:
    """Messages to the engine that failed, the newest first."""
    return tuple(
        DeadLetter(
            SessionKey(row["key"]), codec.read_inbound(row["body"]), row["settled_at"], row["why"]
        )
        for row in database.rows("dead_letters", limit=limit)
    )
