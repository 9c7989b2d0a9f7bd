"""What the suite of tests/contract cannot see: the rows themselves."""

from __future__ import annotations

from carrel.core.admission import Invited
from carrel.core.messages import Notice, Outbound
from carrel.core.model import Conversation
from carrel.stores import inviting

EVE = Invited("discord:9", "eve", "a pairing code", 3.0)
TOLD = Outbound("paired", Conversation("discord", "1"), Notice("well"))


def hashes(database) -> list[str]:
    return [row["hash"] for row in database.connection.execute("SELECT hash FROM pairing")]


def test_codes_leave_no_row_once_they_are_over(database) -> None:
    inviting.offer_pairing(database, "aa", 5.0, 1.0)
    inviting.offer_pairing(database, "bb", 9.0, 5.0)
    assert hashes(database) == ["bb"]
    assert inviting.pair(database, "bb", EVE, TOLD)
    assert hashes(database) == []
    assert inviting.invited(database) == (EVE,)
    assert inviting.uninvite(database, EVE.address)
