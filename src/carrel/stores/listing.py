"""What people look at: sessions, work under way, and what a conversation has seen."""

from __future__ import annotations

from carrel.core.handing_over import Exchange
from carrel.core.messages import Body, Outbound
from carrel.core.model import Conversation, Grant, SessionKey, TurnId
from carrel.ports.store import Counts, MessageState, SessionInfo, Shown
from carrel.stores import codec
from carrel.stores.exchanges import exchanged
from carrel.stores.prompts import LAST_CHARACTER, answer_prefix
from carrel.stores.rows import Database, Row

_KINDS = ("message", "turn", "outbound")


def shared_grants(database: Database, project: str) -> tuple[Grant, ...]:
    """What is allowed in every session of a project, the oldest first."""
    rows = database.rows("shared_grants", project=project)
    return tuple(codec.read_grant(row["body"]) for row in rows)


def open_keys(database: Database) -> tuple[SessionKey, ...]:
    """Sessions with something left to do, oldest first."""
    return tuple(SessionKey(row["key"]) for row in database.rows("open_keys"))


def sessions(database: Database, limit: int, offset: int) -> tuple[SessionInfo, ...]:
    """Sessions, most recently used first."""
    return tuple(_info(row) for row in database.rows("sessions", limit=limit, offset=offset))


def counts(database: Database) -> Counts:
    """How many rows there are, by state."""
    rows = database.rows("counts")
    of = {kind: {r["state"]: r["count"] for r in rows if r["kind"] == kind} for kind in _KINDS}
    return Counts(*(of[kind] for kind in _KINDS))


def session(database: Database, key: SessionKey) -> SessionInfo | None:
    """One session's line."""
    row = database.row("session", key=key)
    return None if row is None else _info(row)


def state(database: Database, source: str, message: str) -> MessageState | None:
    """How a message stands."""
    row = database.row("message_state", source=source, ext_id=message)
    return None if row is None else row["state"]


def _info(row: Row) -> SessionInfo:
    place = row["conversation"]
    return SessionInfo(
        key=SessionKey(row["key"]),
        conversation=None if place is None else codec.read_conversation(place),
        waiting=row["waiting"],
        running=bool(row["running"]),
        turns=row["turns"],
        last_used=row["last_used"],
    )


def sessions_within(database: Database, platform: str, place: str) -> tuple[Conversation, ...]:
    """Conversations with sessions that lie within a place."""
    rows = database.rows("sessions_within", platform=platform, place=place)
    return tuple(codec.read_conversation(row["conversation"]) for row in rows)


def history(database: Database, conversation: Conversation, limit: int) -> tuple[Shown, ...]:
    """The newest `limit` things of a conversation, oldest first."""
    rows = database.rows("history", address=conversation.address, limit=limit)
    return tuple(_shown(row) for row in reversed(rows))


def exchanges(
    database: Database, key: SessionKey, conversation: str, limit: int
) -> tuple[Exchange, ...]:
    """What was asked and answered last in an engine conversation, the oldest first."""
    rows = database.rows("asked_in", key=key, conversation=conversation, limit=limit)
    asked = [(TurnId(row["turn"]), codec.read_inbound(row["body"])) for row in reversed(rows)]

    def answered(turn: TurnId) -> list[Body]:
        low = answer_prefix(turn)
        found = database.rows("answers_between", low=low, high=low + LAST_CHARACTER)
        return [codec.read_body(row["body"]) for row in found]

    return exchanged(asked, answered)


def _shown(row: Row) -> Shown:
    if row["nonce"] is None:
        return Shown(row["at"], inbound=codec.read_inbound(row["body"]), state=row["state"])
    place = codec.read_conversation(row["conversation"])
    outbound = Outbound(row["nonce"], place, codec.read_body(row["body"]))
    return Shown(row["at"], outbound=outbound)
