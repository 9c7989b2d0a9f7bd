"""Where catching up begins: a cursor for each conversation, and when anybody listened at all."""

from __future__ import annotations

from carrel.core.model import Conversation
from carrel.ports.store import Cursor
from carrel.stores import codec
from carrel.stores.rows import Database


def cursors(database: Database, source: str) -> tuple[Cursor, ...]:
    """The cursors of a source, the newest first."""
    return tuple(
        Cursor(codec.read_conversation(row["conversation"]), row["ext_id"])
        for row in database.rows("cursors", source=source)
    )


def move(database: Database, source: str, cursor: Cursor, at: float) -> None:
    """Set a conversation's cursor."""
    place = cursor.conversation
    database.write(
        "move_cursor",
        source=source,
        address=place.address,
        conversation=codec.write_conversation(place),
        ext_id=cursor.message,
        at=at,
    )


def drop(database: Database, source: str, conversation: Conversation) -> None:
    """Forget a conversation's cursor."""
    database.write("drop_cursor", source=source, address=conversation.address)


def listened(database: Database, source: str) -> float | None:
    """When the source was last known to be listened to, in unix seconds."""
    row = database.row("listened", source=source)
    return None if row is None else float(row["at"])


def listening(database: Database, source: str, at: float) -> None:
    """The source is listened to at this moment."""
    database.write("listening", source=source, at=at)
