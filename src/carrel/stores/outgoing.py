"""What is to be shown: which rows are due, and what became of each send."""

from __future__ import annotations

from carrel.core.messages import Gone, Outbound
from carrel.ports.store import Row
from carrel.stores import codec
from carrel.stores.rows import Database
from carrel.stores.rows import Row as StoredRow


def due(database: Database, lane: str | None, limit: int) -> tuple[Row, ...]:
    """Rows to be sent, those whose send was begun and never answered among them."""
    if lane is None:
        rows = database.rows("due_anywhere", limit=limit)
    else:
        rows = database.rows("due", dest=lane, limit=limit)
    return tuple(_row(row) for row in rows)


def _row(row: StoredRow) -> Row:
    conversation = codec.read_conversation(row["conversation"])
    return Row(
        id=row["id"],
        outbound=Outbound(row["nonce"], conversation, codec.read_body(row["body"])),
        version=row["version"],
        ref=row["ref"],
        attempts=row["attempts"],
        unsure=bool(row["unsure"]) or row["state"] == "sending",
        at=row["at"],
    )


def lanes(database: Database) -> tuple[str, ...]:
    """Lanes with rows due, the longest waiting first."""
    return tuple(row["dest"] for row in database.rows("lanes"))


def sending(database: Database, row: Row) -> bool:
    """A send begins; one that begins after an unanswered one may be the second."""
    return database.write("sending", id=row.id) > 0


def sent(database: Database, row: Row, ref: str, at: float) -> None:
    """The platform took it. After a Gone nothing is shown under the nonce any more."""
    shown = None if isinstance(row.outbound.body, Gone) else ref
    database.write("sent", id=row.id, version=row.version, ref=shown, at=at)


def unsent(database: Database, row: Row, *, dead: bool, unsure: bool, error: str) -> None:
    """The send failed; a refusal kills only the version that was refused."""
    database.write(
        "unsent", id=row.id, version=row.version, dead=int(dead), unsure=int(unsure), error=error
    )
