"""Who was let in while Carrel ran, and the codes that let people in. Each is one transaction."""

from __future__ import annotations

from carrel.core.admission import Invited
from carrel.core.messages import Outbound
from carrel.stores import recording
from carrel.stores.rows import Database


def invited(database: Database) -> tuple[Invited, ...]:
    """Everybody who was let in, the first one first."""
    rows = database.rows("invited")
    return tuple(Invited(row["address"], row["name"], row["by"], row["at"]) for row in rows)


def uninvite(database: Database, address: str) -> bool:
    """The person is no member any more; False if they were none."""
    return database.write("uninvite", address=address) > 0


def offer_pairing(database: Database, digest: str, until: float, at: float) -> None:
    """A code lets somebody in until then; those whose time is over go."""
    database.write("prune_pairings", at=at)
    database.write("offer_pairing", hash=digest, until=until)


def pair(database: Database, digest: str, person: Invited, told: Outbound) -> bool:
    """Use a code up: the person is a member, and is told; False if it is no code (any more)."""
    if not database.write("use_pairing", hash=digest, at=person.at):
        return False
    recording.invite(database, person)
    recording.say_all(database, (told,), person.at)
    return True
